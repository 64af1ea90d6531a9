"""The rig itself: that it sees what is wrong, that it catches what is broken on purpose, and its short form."""
