"""Jobs on Amazon EKS: pods, their containers and volumes."""
