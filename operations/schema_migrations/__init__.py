"""Schema migrations of services: where they stand, and the way back. Flyway's and Liquibase's."""
