"""What robots are, do and fail at, in words for the staff (source strings)."""

ACTIVITIES = {
    "idle": "đang chờ",
    "moving": "đang di chuyển",
    "waiting": "đang đợi người dân",
    "docked": "ở trạm sạc",
    "charging": "đang sạc",
}
LINKS = {
    "up": "đường truyền tốt",
    "lost": "mất đường truyền",
    "silent": "nối được nhưng robot im lặng",
}
KINDS = {
    "lead": "dẫn khách",
    "return": "về chỗ đợi",
    "dock": "về trạm sạc",
    "announce": "thông báo",
    "patrol": "đi một vòng mời nước",
    "greet": "đón khách ở cửa",
}
FAILURES = {
    "rejected": "robot không nhận lệnh",
    "unreachable": "không có đường đến đó",
    "blocked": "đường bị chắn",
    "not_localised": "robot không biết mình ở đâu",
    "estop": "nút dừng khẩn cấp bị nhấn",
    "manual_mode": "robot bị điều khiển bằng tay",
    "battery_low": "pin yếu",
    "link_lost": "mất đường truyền",
    "timeout": "robot không trả lời kịp",
    "preempted": "có lệnh khác chen vào",
    "canceled": "lệnh bị hủy",
    "docking_failed": "không vào được trạm sạc",
    "unsupported": "robot không làm được việc này",
    "internal": "lỗi phần mềm",
}
COMMANDS = {
    "mission": "giao việc",
    "cancel": "hủy việc",
    "stop": "dừng",
    "resume": "cho phép chạy lại",
    "answer": "khách trả lời",
    "pace": "đổi tốc độ",
    "go_to": "robot đi",
    "dock": "robot vào sạc",
    "undock": "robot rời sạc",
    "wait": "xếp hàng chờ robot",
    "leave": "thôi chờ robot",
}
RESULTS = {
    "accepted": "đã nhận",
    "arrived": "đã đến",
    "confirmed": "đã xác nhận",
    "released": "đã cho phép",
    "not confirmed": "chưa thấy robot đứng yên",
    "called off": "đã thôi giữa chừng",
    "given up": "đã bỏ dở",
    "cancelled": "đã hủy",
    "in line": "đã xếp hàng",
    "left": "đã ra khỏi hàng",
    "taken": "đã nhận",
    "no_question": "robot không hỏi gì",
}
STATES = {
    "accepted": "đã nhận",
    "announcing": "đang báo trước khi đi",
    "fetching": "đang đến đón khách",
    "moving": "đang đi",
    "waiting": "đang đợi",
    "arrived": "đã đến",
    "cancelled": "đã thôi",
    "stopped": "bị dừng",
    "failed": "không xong",
    "interrupted": "bị ngắt vì phần mềm tắt",
}
REASONS = {
    "asked": "theo yêu cầu",
    "replaced": "nhường việc khác",
    "closed": "phần mềm tắt",
    "declined": "khách không đi nữa",
    "no_answer": "khách không trả lời",
    "counter_closed": "quầy đã đóng",
    "asked elsewhere": "theo yêu cầu từ máy khác",
    "stopped before": "đã dừng từ trước khi khởi động",
}
REFUSALS = {
    "robot_busy": "robot đang bận",
    "robot_stopped": "robot đang được giữ dừng",
    "robot_e_stop": "nút dừng khẩn cấp bị nhấn",
    "robot_manual": "robot bị điều khiển bằng tay",
    "robot_not_localised": "robot không biết mình ở đâu",
    "robot_battery_low": "pin yếu",
    "robot_unavailable": "mất đường truyền",
    "place_unreachable": "không có đường đến đó",
}
PACES = {"normal": "đi bình thường", "elderly": "đi chậm"}
ANSWERS = {"following": "vẫn theo", "not following": "không theo nữa"}
WHO = {
    "operator": "người trực",
    "anybody": "không cần xưng danh",
    "automatic": "robot tự làm",
    "timetable": "theo lịch",
    "mqtt": "nút dừng qua MQTT",
    "another process": "máy chủ khác",
    "earlier process": "lần chạy trước",
}
