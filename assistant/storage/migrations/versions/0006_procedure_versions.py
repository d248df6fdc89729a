"""Procedures: versions, for saving without overwriting others, history and restoring"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("procedures") as batch:
        batch.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.create_table(
        "procedure_versions",
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=True),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", "version", name=op.f("pk_procedure_versions")),
    )
    # What is there already becomes the first version.
    op.execute(
        "INSERT INTO procedure_versions (code, version, data, who, saved_at) "
        "SELECT code, 1, data, 'import', updated_at FROM procedures"
    )


def downgrade() -> None:
    op.drop_table("procedure_versions")
    with op.batch_alter_table("procedures") as batch:
        batch.drop_column("version")
