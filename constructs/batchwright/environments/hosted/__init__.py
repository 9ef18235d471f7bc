"""What EC2 and Spot environments are made of: hosts, their images and their launch templates."""
