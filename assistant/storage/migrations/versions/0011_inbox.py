"""The inbox: questions to be judged, judgements, visitors sent to the wrong counter"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), autoincrement=True, nullable=False)


def upgrade() -> None:
    op.create_table(
        "inbox_groups",
        _id(),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("judgement", sa.Integer(), nullable=True),
        sa.Column("suggestions", sa.JSON(), nullable=False),
        _key("inbox_groups", "id"),
    )
    op.create_index("ix_inbox_groups_state", "inbox_groups", ["state"])
    op.create_table(
        "inbox_items",
        _id(),
        sa.Column("group", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=True),
        sa.Column("conversation", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("folded", sa.String(length=400), nullable=False),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("at", _TIME, nullable=False),
        _key("inbox_items", "id"),
        sa.ForeignKeyConstraint(
            ["group"],
            ["inbox_groups.id"],
            name=op.f("fk_inbox_items_group_inbox_groups"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["turn"], ["turns.id"], name=op.f("fk_inbox_items_turn_turns"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint("turn", "kind", name="uq_inbox_items_turn_kind"),
    )
    op.create_index("ix_inbox_items_group", "inbox_items", ["group"])
    op.create_index("ix_inbox_items_at", "inbox_items", ["at"])
    op.create_table(
        "inbox_judgements",
        _id(),
        sa.Column("group", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("code", sa.String(length=100), nullable=True),
        sa.Column("added", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("conversation", sa.String(length=32), nullable=True),
        sa.Column("release", sa.String(length=64), nullable=True),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("undone_at", _TIME, nullable=True),
        _key("inbox_judgements", "id"),
        sa.ForeignKeyConstraint(
            ["conversation"],
            ["conversations.id"],
            name=op.f("fk_inbox_judgements_conversation_conversations"),
            ondelete="SET NULL",
        ),
    )
    op.create_index("ix_inbox_judgements_group", "inbox_judgements", ["group"])
    op.create_index("ix_inbox_judgements_conversation", "inbox_judgements", ["conversation"])
    op.create_table(
        "inbox_wrongly_sent",
        _id(),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=True),
        sa.Column("slip", sa.String(length=8), nullable=True),
        sa.Column("counter", sa.String(length=32), nullable=True),
        sa.Column("channel", sa.String(length=16), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("procedure", sa.String(length=100), nullable=True),
        sa.Column("item", sa.Integer(), nullable=True),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        _key("inbox_wrongly_sent", "id"),
        sa.ForeignKeyConstraint(
            ["item"],
            ["inbox_items.id"],
            name=op.f("fk_inbox_wrongly_sent_item_inbox_items"),
            ondelete="SET NULL",
        ),
        sa.UniqueConstraint("day", "ticket", name="uq_inbox_wrongly_sent_ticket"),
        sa.UniqueConstraint("slip", name="uq_inbox_wrongly_sent_slip"),
    )
    op.create_index("ix_inbox_wrongly_sent_at", "inbox_wrongly_sent", ["at"])
    op.create_table(
        "inbox_sent",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        _key("inbox_sent", "day", "ticket"),
        sa.ForeignKeyConstraint(
            ["turn"], ["turns.id"], name=op.f("fk_inbox_sent_turn_turns"), ondelete="CASCADE"
        ),
    )
    op.create_table(
        "inbox_marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("last_turn", sa.Integer(), nullable=False),
        _key("inbox_marks", "id"),
    )


def downgrade() -> None:
    for table in (
        "inbox_marks",
        "inbox_sent",
        "inbox_wrongly_sent",
        "inbox_judgements",
        "inbox_items",
        "inbox_groups",
    ):
        op.drop_table(table)
