"""Citizens on Zalo: inbox, outbox, tokens"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TABLES = ("zalo_tokens", "zalo_outbox", "zalo_inbox", "zalo_conversations", "zalo_citizens")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "zalo_citizens",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("conversation", sa.String(length=32), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("first_seen_at", _TIME, nullable=False),
        sa.Column("last_interaction_at", _TIME, nullable=False),
        sa.Column("paused_until", _TIME, nullable=True),
        sa.Column("greeted_at", _TIME, nullable=True),
        sa.Column("offer", sa.Text(), nullable=True),
        sa.Column("anonymous_conversation", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zalo_citizens")),
    )
    op.create_table(
        "zalo_conversations",
        sa.Column("conversation", sa.String(length=32), nullable=False),
        sa.Column("citizen", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("conversation", name=op.f("pk_zalo_conversations")),
    )
    op.create_index("ix_zalo_conversations_citizen", "zalo_conversations", ["citizen"])
    op.create_table(
        "zalo_inbox",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("citizen", sa.String(length=80), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("received_at", _TIME, nullable=False),
        sa.Column("sent_at", _TIME, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=True),
        sa.Column("lease_until", _TIME, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zalo_inbox")),
        sa.UniqueConstraint("channel", "key", name="uq_zalo_inbox_key"),
    )
    op.create_index("ix_zalo_inbox_citizen", "zalo_inbox", ["citizen", "state"])
    op.create_index("ix_zalo_inbox_state", "zalo_inbox", ["state", "done_at"])
    op.create_table(
        "zalo_outbox",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("citizen", sa.String(length=80), nullable=False),
        sa.Column("inbox", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", _TIME, nullable=True),
        sa.Column("owner", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("message_id", sa.String(length=80), nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("sent_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["inbox"],
            ["zalo_inbox.id"],
            name=op.f("fk_zalo_outbox_inbox_zalo_inbox"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zalo_outbox")),
        sa.UniqueConstraint("inbox", "position", name="uq_zalo_outbox_position"),
    )
    op.create_index("ix_zalo_outbox_state", "zalo_outbox", ["state", "not_before"])
    op.create_index("ix_zalo_outbox_citizen", "zalo_outbox", ["citizen", "state"])
    op.create_table(
        "zalo_tokens",
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("access", sa.Text(), nullable=True),
        sa.Column("refresh", sa.Text(), nullable=True),
        sa.Column("previous", sa.Text(), nullable=True),
        sa.Column("expires_at", _TIME, nullable=True),
        sa.Column("refreshed_at", _TIME, nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("lock_until", _TIME, nullable=True),
        sa.Column("lock_owner", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_zalo_tokens")),
    )


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
