"""Work for the estate: reports through the public door and straight to Kafka, copies, old samples, poison, and timers whose time comes."""
