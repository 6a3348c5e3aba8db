"""What a Python team would otherwise pick, each tuned as well as we could."""
