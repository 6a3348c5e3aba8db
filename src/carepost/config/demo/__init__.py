"""The demo: a practice that does not exist, its clients and calendar, and the world around it.

It lives in a home of its own, the folder `demo` in `CAREPOST_HOME`, with the embedded database and
the sandbox's test phones, whatever the environment says: no real installation is touched and no
real carrier is called.
"""
