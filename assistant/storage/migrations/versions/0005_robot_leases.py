"""Which process drives which robot"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "robot_leases",
        sa.Column("robot", sa.String(length=32), nullable=False),
        sa.Column("holder", sa.String(length=32), nullable=True),
        sa.Column("host", sa.String(length=64), nullable=False),
        sa.Column("process", sa.String(length=120), nullable=False),
        sa.Column("term", sa.Integer(), nullable=False),
        sa.Column("beat", sa.Integer(), nullable=False),
        sa.Column("stops", sa.Integer(), nullable=False),
        sa.Column("releases", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("robot", name=op.f("pk_robot_leases")),
    )


def downgrade() -> None:
    op.drop_table("robot_leases")
