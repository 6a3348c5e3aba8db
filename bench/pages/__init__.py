"""What a page of the staff costs: each module measures one thing of a running demo."""
