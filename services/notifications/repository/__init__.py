"""Every statement on notifications' tables: `messages` for sending, `delivery_log` for reading."""
