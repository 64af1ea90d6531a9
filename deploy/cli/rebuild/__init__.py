"""`insight rebuild`: what follows from Kafka, made again from Kafka."""
