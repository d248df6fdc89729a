"""Robots' missions and commands"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "robot_missions",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("robot", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("target", sa.String(length=64), nullable=False),
        sa.Column("pace", sa.String(length=16), nullable=False),
        sa.Column("requested_by", sa.String(length=48), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_robot_missions")),
    )
    with op.batch_alter_table("robot_missions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_robot_missions_robot_created_at", ["robot", "created_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_robot_missions_state"), ["state"], unique=False)

    op.create_table(
        "robot_commands",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("robot", sa.String(length=32), nullable=False),
        sa.Column("mission", sa.String(length=24), nullable=True),
        sa.Column("command", sa.String(length=16), nullable=False),
        sa.Column("sent", sa.String(length=120), nullable=False),
        sa.Column("came_back", sa.String(length=200), nullable=False),
        sa.Column("asked_by", sa.String(length=48), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_robot_commands")),
    )
    with op.batch_alter_table("robot_commands", schema=None) as batch_op:
        batch_op.create_index("ix_robot_commands_robot_at", ["robot", "at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("robot_commands", schema=None) as batch_op:
        batch_op.drop_index("ix_robot_commands_robot_at")

    op.drop_table("robot_commands")
    with op.batch_alter_table("robot_missions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_robot_missions_state"))
        batch_op.drop_index("ix_robot_missions_robot_created_at")

    op.drop_table("robot_missions")
