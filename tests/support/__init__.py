"""What tests share: databases, facts on Kafka, running services, waiting by condition."""
