"""From what a server said to an answer: chats, whole outputs, and what is wrong with them."""
