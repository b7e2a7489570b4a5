"""What is asked, and what that is on the wire: as HTTP, as a call of a client, as a link. Opens no socket."""
