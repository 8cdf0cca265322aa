"""How does the prefecture help its municipalities: who is behind, what does it cost, who learns what, who meets whom?"""
