"""Tells Piccolo where our tables and migrations are."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from gateway.store.tables import TABLES

APP_CONFIG = AppConfig(
    app_name="gateway",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=list(TABLES),
)
