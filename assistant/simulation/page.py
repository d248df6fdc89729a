"""The report of a simulated day as one page: a sentence for each figure, its table, its picture.

Written for whoever decides about robots, not for engineers; hence Vietnamese, and no jargon.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

Figures = Mapping[str, Any]
Row = Sequence[object]

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;color:#1b1f24;max-width:1180px;
margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:2.2rem 0 .3rem}
section>div{display:grid;grid-template-columns:minmax(18rem,1fr) 1.5fr;gap:1.5rem;align-items:start}
p.says{font-size:1.05rem;margin:.2rem 0 .8rem}img{width:100%;height:auto;border:1px solid #d7dbe0}
table{border-collapse:collapse;width:100%;font-size:.92rem}
td,th{padding:.25rem .5rem;border-bottom:1px solid #e3e6ea;text-align:left;vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums}.good{color:#1d6b3f}.bad{color:#b3261e}
@media(max-width:800px){section>div{grid-template-columns:1fr}}
"""
_ENDINGS = {
    "served": "được phục vụ ở quầy",
    "informed": "hỏi xong thì về",
    "outside": "việc của nơi khác, đã được chỉ",
    "unserved": "có số nhưng hết giờ chưa tới lượt",
    "left": "ra về sớm",
}
_REASONS = {
    "arrived": "tới nơi",
    "failed blocked": "đường bị chắn quá lâu",
    "failed unreachable": "không có đường tới",
    "failed timeout": "đi quá lâu",
    "failed estop": "có người ấn nút dừng khẩn cấp",
    "failed not_localised": "robot không biết mình ở đâu",
    "failed canceled": "bị gọi dừng",
    "failed link_lost": "mất liên lạc với robot",
    "failed battery_low": "hết pin",
    "stopped simulated": "có người cho robot dừng",
    "cancelled no_answer": "khách không còn đi theo",
    "cancelled declined": "khách đổi ý",
    "cancelled counter_closed": "quầy vừa đóng",
}
_NOT_BEGUN = {
    "busy": "robot đang dẫn người khác, khách tự đi",
    "tired_of_waiting": "chờ robot lâu, khách tự đi",
    "line_cleared": "robot dừng phục vụ, khách tự đi",
    "robot_busy": "hàng chờ robot đã đủ người",
    "refused": "robot chưa đi được",
    "robot_stopped": "robot đang bị dừng",
}
_FAULTS = {
    "passer_by": "người đứng chắn trước robot",
    "stop": "có người cho robot dừng",
    "e_stop": "ấn nút dừng khẩn cấp",
    "blocked_way": "đồ vật chắn đường",
    "lost_place": "robot không biết mình ở đâu",
    "link_cut": "mất liên lạc với robot",
    "slip": "bánh xe trượt",
}
_DOING = {
    "idle": "đứng chờ khách",
    "moving": "đang đi",
    "waiting": "dừng chờ trên đường",
    "charging": "sạc pin",
    "docked": "ở trạm sạc",
    "stopped": "bị dừng",
}


def report_page(figures: Figures, plots: Mapping[str, str], centre: str) -> str:
    """The page's HTML; ``plots`` names the pictures' files beside it."""
    plan = figures["plan"]
    faults = "có sự cố rải trong ngày" if plan["faults"] else "không thêm sự cố"
    lead = (
        f"Ngày {_day(plan['day'])}: {plan['visitors']} lượt khách, {plan['robots']} robot, "
        f"{_number(plan['hours'])} giờ mở cửa, {faults}. Người, quầy và thân robot là mô phỏng; "
        "câu trả lời, cấp số và điều khiển robot là phần mềm thật."
    )
    sections = [
        _section("Kết luận", _summary(figures), _verdicts(figures), None),
        _section("Khách đến", _visitors_says(figures), _visitors(figures), plots["visitors"]),
        _section("Chờ ở quầy", _waiting_says(figures), _waiting(figures), plots["waiting"]),
        _section("Robot dẫn khách", _leads_says(figures), _leads(figures), plots["leads"]),
        _section("An toàn", _safety_says(figures), _safety(figures), plots["map"]),
        _section("Robot trong ngày", _robots_says(figures), _robots(figures), plots["robots"]),
        _section("Pin", _battery_says(figures), _battery(figures), plots["battery"]),
        _section("Hỏi và đáp", _turns_says(figures), _turns(figures), plots["turns"]),
    ]
    return (
        '<!doctype html><html lang="vi"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>Một ngày mô phỏng – {escape(centre)}</title><style>{_STYLE}</style>"
        f"<h1>Một ngày mô phỏng ở {escape(centre)}</h1><p class=says>{escape(lead)}</p>"
        + "".join(sections)
        + f"<p><small>Bản phát hành {escape(plan['release'])}, số gieo {plan['seed']}. "
        "Cùng số gieo thì cùng kết quả, trừ thời gian máy.</small></p></html>\n"
    )


def _section(title: str, says: str, table: str, plot: str | None) -> str:
    picture = f'<img src="{escape(plot)}" alt="{escape(title)}: {escape(says)}">' if plot else ""
    return (
        f"<section><h2>{escape(title)}</h2><p class=says>{escape(says)}</p>"
        f"<div>{table}{picture}</div></section>"
    )


def _table(rows: Sequence[Row], head: Row = ()) -> str:
    def cell(value: object) -> str:
        kind = " class=n" if isinstance(value, int | float) else ""
        return f"<td{kind}>{escape(_shown(value))}</td>"

    top = "".join(f"<th>{escape(str(name))}</th>" for name in head)
    body = "".join(f"<tr>{''.join(map(cell, row))}</tr>" for row in rows)
    return f"<table>{f'<tr>{top}</tr>' if head else ''}{body}</table>"


def _summary(figures: Figures) -> str:
    safety, leads = figures["safety"], figures["leads"]
    safe = safety["collisions"] == 0 and safety["moves_after_a_stop"] == 0
    first = "Cả ngày không có va chạm nào" if safe else "Trong ngày có việc mất an toàn"
    return f"{first}; robot dẫn tới nơi {leads['reached']} trong {leads['begun']} lần đã đi."


def _verdicts(figures: Figures) -> str:
    safety, leads = figures["safety"], figures["leads"]
    share = leads["reached_share_undisturbed"]
    checks = [
        ("Không va chạm", safety["collisions"] == 0, safety["collisions"]),
        (
            "Đã dừng thì không tự đi",
            safety["moves_after_a_stop"] == 0,
            safety["moves_after_a_stop"],
        ),
        (
            "Ít nhất 99 % lần dẫn tới nơi (trừ lần có người cho dừng)",
            (share or 1) >= 0.99,
            _percent(share),
        ),
        (
            "Ít nhất 99 % khách theo robot ở cạnh robot khi tới nơi",
            (leads["together_of_those_who_kept_up"] or 1) >= 0.99,
            _kept_up(leads),
        ),
    ]
    rows = "".join(
        f'<tr><td>{escape(name)}</td><td class="n {"good" if good else "bad"}">'
        f"{'đạt' if good else 'chưa đạt'} ({escape(_shown(value))})</td></tr>"
        for name, good, value in checks
    )
    return f"<table>{rows}</table>"


def _visitors_says(figures: Figures) -> str:
    visitors = figures["visitors"]
    return (
        f"{visitors['came']} lượt khách đến, đông nhất có {visitors['most_at_once']} người "
        f"cùng lúc; {visitors['endings'].get('served', 0)} người được phục vụ ở quầy."
    )


def _visitors(figures: Figures) -> str:
    visitors = figures["visitors"]
    rows = [(_ENDINGS.get(key, key), count) for key, count in visitors["endings"].items()]
    stay = visitors["minutes_in_hall"]
    return _table([*rows, ("ở trung tâm, trung bình (phút)", _minutes(stay["mean"]))])


def _waiting_says(figures: Figures) -> str:
    waits = figures["waiting"]["at_counters"]
    if not waits["n"]:
        return "Không ai chờ ở quầy."
    return (
        f"Một nửa số người có số chờ không quá {_minutes(waits['p50'])} phút, "
        f"chín phần mười không quá {_minutes(waits['p90'])} phút."
    )


def _waiting(figures: Figures) -> str:
    rows = [
        (
            c["name"],
            c["served"],
            _minutes(c["wait"]["mean"]),
            _minutes(c["wait"]["longest"]),
            _percent(c["busy_share"]),
        )
        for c in figures["waiting"]["by_counter"]
    ]
    ear = figures["waiting"]["for_an_ear"]
    listened = (_minutes(ear["mean"]), _minutes(ear["longest"]))
    rows.append(("Chờ được nói chuyện", ear["n"], *listened, "–"))
    return _table(rows, ("quầy", "người", "chờ TB (phút)", "lâu nhất", "bận"))


def _leads_says(figures: Figures) -> str:
    leads = figures["leads"]
    return (
        f"{leads['asked']} người nhờ dẫn, robot đi {leads['begun']} lần và tới nơi "
        f"{leads['reached']} lần ({_percent(leads['reached_share'])}); "
        f"{leads['waited_for_robot']} người chờ robot quay lại."
    )


def _leads(figures: Figures) -> str:
    leads = figures["leads"]
    rows: list[Row] = [(_reason(key), count) for key, count in leads["endings"].items()]
    rows += [(_NOT_BEGUN.get(key, key), count) for key, count in leads["not_begun"].items()]
    rows += [
        ("một lần dẫn, trung bình (giây)", leads["seconds"]["mean"]),
        ("lần hỏi “anh/chị còn theo em không ạ?”", leads["asked_still_there"]),
        ("lần khách trả lời", leads["answered"]),
        ("lần robot đến đón khách trước khi dẫn", leads["fetched"]),
        ("khách ở cạnh robot lúc bắt đầu dẫn", _percent(leads["together_at_the_start"])),
        ("khách ở cạnh robot khi tới nơi", _percent(leads["together_at_the_end"])),
        ("… trong số khách không dừng lại, không rẽ ngang", _kept_up(leads)),
        *_strayed(leads["strayed"]),
    ]
    return _table(rows)


def _kept_up(leads: Figures) -> str:
    return _percent(leads["together_of_those_who_kept_up"])


def _strayed(strayed: Figures) -> list[Row]:
    told = {"rests": "đứng lại nghỉ", "wanders": "rẽ ngang rồi quay lại", "leaves": "bỏ đi"}
    how = ", ".join(f"{told.get(key, key)}: {count}" for key, count in strayed["how"].items())
    return [
        (f"khách không theo kịp ({how or '–'})", strayed["leads"]),
        ("… robot hỏi đúng lúc khách vắng", strayed["asked_meanwhile"]),
        ("… khách quay lại với robot", strayed["came_back"]),
        ("… robot xin phép về vì không ai trả lời", strayed["given_up_politely"]),
        ("… robot tới nơi mà khách không ở cạnh", strayed["arrived_without_the_visitor"]),
    ]


def _reason(key: str) -> str:
    plain, _, provoked = key.partition(" (")
    told = _REASONS.get(plain, plain)
    return f"{told} (sự cố: {_FAULTS.get(provoked.rstrip(')'), provoked)})" if provoked else told


def _safety_says(figures: Figures) -> str:
    safety = figures["safety"]
    stops = safety["stops"] + safety["e_stops"]
    first = (
        "Robot không chạm ai, không chạm vật gì"
        if not safety["collisions"]
        else f"Robot chạm {safety['collisions']} lần"
    )
    if not stops:
        return f"{first}; hôm nay không ai cho robot dừng."
    after = (
        "không lần nào tự đi tiếp"
        if not safety["moves_after_a_stop"]
        else f"{safety['moves_after_a_stop']} lần tự đi tiếp"
    )
    return (
        f"{first}; {stops} lần bị cho dừng, đứng yên trong vòng "
        f"{_number(safety['longest_until_it_stood'])} giây, {after}."
    )


def _safety(figures: Figures) -> str:
    safety = figures["safety"]
    rows: list[Row] = [
        ("va chạm khi robot đang đi", safety["collisions"]),
        ("người chạm vào robot đang đứng", safety["touched_while_standing"]),
        ("lần được cho dừng", safety["stops"]),
        ("lần ấn nút dừng khẩn cấp", safety["e_stops"]),
        ("tự đi sau khi đã dừng", safety["moves_after_a_stop"]),
        ("gần người nhất khi đang đi (mét)", safety["nearest_person_metres"]),
    ]
    rows += [(_FAULTS.get(key, key), count) for key, count in figures["faults"].items()]
    return _table(rows)


def _robots_says(figures: Figures) -> str:
    metres = sum(robot["metres"] for robot in figures["robots"])
    return f"Các robot đi tổng cộng {_number(round(metres / 1000, 1))} km trong ngày."


def _robots(figures: Figures) -> str:
    rows: list[Row] = []
    for robot in figures["robots"]:
        rows.append((robot["robot"], "quãng đường (mét)", robot["metres"]))
        rows += [
            ("", _DOING.get(what, what), _percent(share))
            for what, share in robot["share_of_the_day"].items()
        ]
    return _table(rows)


def _battery_says(figures: Figures) -> str:
    least = min((robot["battery"]["least"] for robot in figures["robots"]), default=0)
    times = sum(robot["charged"] for robot in figures["robots"])
    return f"Pin thấp nhất trong ngày là {_percent(least)}; robot tự về sạc {times} lần."


def _battery(figures: Figures) -> str:
    return _table(
        [
            (
                robot["robot"],
                _percent(robot["battery"]["first"]),
                _percent(robot["battery"]["least"]),
                _percent(robot["battery"]["last"]),
                robot["charged"],
            )
            for robot in figures["robots"]
        ],
        ("robot", "đầu ngày", "thấp nhất", "cuối ngày", "lần sạc"),
    )


def _turns_says(figures: Figures) -> str:
    talk, ms = figures["conversations"], figures["measured"]["turn_ms"]
    return (
        f"{talk['turns']} lượt hỏi trong {talk['conversations']} cuộc trò chuyện; hiểu đúng "
        f"thủ tục ngay câu đầu {_percent(talk['right_matter_at_once'])}; "
        f"một nửa số câu được trả lời trong {_number(ms['p50'])} mili giây."
    )


def _turns(figures: Figures) -> str:
    talk, measured = figures["conversations"], figures["measured"]
    told = {
        "answered": "trả lời",
        "clarified": "hỏi lại cho rõ",
        "chosen": "khách chọn",
        "out_of_scope": "không thuộc trung tâm",
        "handed_over": "mời cán bộ",
    }
    rows: list[Row] = [(told.get(key, key), count) for key, count in talk["outcomes"].items()]
    rows += [
        ("lượt hỏi mỗi khách", talk["turns_each"]),
        ("lượt bị lỗi", talk["failed"]),
        ("95 % trả lời trong (mili giây)", measured["turn_ms"]["p95"]),
    ]
    return _table(rows)


def _shown(value: object) -> str:
    if isinstance(value, float):
        return _number(value)
    return "–" if value is None else str(value)


def _number(value: float | None) -> str:
    """As Vietnamese write numbers: a comma before the decimals."""
    return "–" if value is None else f"{round(value, 2):g}".replace(".", ",")


def _minutes(value: float | None) -> str:
    """Whole ones; people do not wait for decimals."""
    return "–" if value is None else "dưới 1" if 0 < value < 1 else f"{value:.0f}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{_number(round(share * 100, 1))}\u00a0%"


def _day(iso: str) -> str:
    year, month, day = iso.split("-")
    return f"{day}/{month}/{year}"
