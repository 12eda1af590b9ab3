"""The public face: home page, winning works, and their media. Shows only what results call public."""
