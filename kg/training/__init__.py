"""How the shipped model is made: an extra that nothing else imports."""
