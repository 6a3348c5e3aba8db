"""Email by SMTP: kept, pipelined connections to the practice's mail server."""
