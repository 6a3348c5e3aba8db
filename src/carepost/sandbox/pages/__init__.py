"""The handsets: a table with phones and a mailbox on it, for people to look at."""
