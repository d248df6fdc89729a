"""What can be wrong with log-ins and accounts, in words for people."""

from datetime import timedelta
from math import ceil

from assistant.errors import LetanError


def refused() -> LetanError:
    """The same for a name that there is not and for a wrong password."""
    return LetanError(
        "login_refused", 401, "Tên hoặc mật khẩu không đúng.", "The name or password is wrong."
    )


def locked(wait: timedelta) -> LetanError:
    seconds = max(1, ceil(wait.total_seconds()))
    return LetanError(
        "login_locked",
        429,
        f"Sai mật khẩu nhiều lần. Xin thử lại sau {seconds} giây.",
        f"Too many wrong passwords. Try again in {seconds} seconds.",
        retry_after=seconds,
    )


def second_factor_missing() -> LetanError:
    return LetanError(
        "second_factor_missing",
        401,
        "Tài khoản này cần thêm mã 6 số trong ứng dụng xác thực.",
        "This account needs the 6 digits of its authenticator app as well.",
        field="code",
    )


def second_factor_wrong() -> LetanError:
    return LetanError(
        "second_factor_wrong",
        401,
        "Mã 6 số không đúng hoặc đã dùng. Anh/chị chờ mã mới rồi nhập lại.",
        "The 6 digits are wrong or were used already. Wait for new ones.",
        field="code",
    )


def session_over() -> LetanError:
    return LetanError(
        "staff_session_over",
        401,
        "Phiên làm việc đã hết. Anh/chị đăng nhập lại; nội dung đang soạn vẫn còn trên trang.",
        "The session is over. Log in again; what you were writing is still on the page.",
    )


def login_needed() -> LetanError:
    return LetanError(
        "staff_login_needed",
        401,
        "Việc này cần đăng nhập bằng tài khoản cán bộ.",
        "This needs a member of staff who has logged in.",
        remedy_vi="POST /api/v1/staff/login, rồi gửi kèm 'Authorization: Bearer <mã>'.",
        remedy_en="POST /api/v1/staff/login, then send 'Authorization: Bearer <token>'.",
    )


def right_missing(right: str) -> LetanError:
    return LetanError(
        "right_missing",
        403,
        f"Tài khoản của anh/chị không có quyền làm việc này ({right}).",
        f"Your account may not do this ({right}).",
        remedy_vi="Nhờ người quản trị đổi vai trò cho tài khoản.",
        remedy_en="Ask an administrator for another role.",
    )


def password_needed() -> LetanError:
    return LetanError(
        "password_needed",
        403,
        "Việc này cần nhập lại mật khẩu.",
        "This needs your password once more.",
        field="password",
    )


def password_wrong() -> LetanError:
    return LetanError(
        "password_wrong", 403, "Mật khẩu không đúng.", "The password is wrong.", field="password"
    )


def name_wrong() -> LetanError:
    return LetanError(
        "staff_name_wrong",
        422,
        "Tên đăng nhập gồm 2 đến 64 chữ cái, chữ số, '.', '-', '_' hoặc '@', không có dấu cách.",
        "A name has 2 to 64 letters, digits, '.', '-', '_' or '@', no blanks.",
        field="name",
    )


def name_taken(name: str) -> LetanError:
    return LetanError(
        "staff_name_taken",
        409,
        f"Đã có tài khoản tên '{name}'. Anh/chị chọn tên khác.",
        f"There is an account named '{name}' already. Choose another name.",
        field="name",
    )


def unknown() -> LetanError:
    return LetanError(
        "staff_unknown", 404, "Không có tài khoản này.", "There is no such account.", field="id"
    )


def last_administrator() -> LetanError:
    return LetanError(
        "last_administrator",
        409,
        "Đây là người quản trị cuối cùng. Hãy chỉ định một người quản trị khác trước.",
        "This is the last administrator. Appoint another one first.",
        field="role",
    )


def invitation_wrong() -> LetanError:
    return LetanError(
        "invitation_wrong",
        403,
        "Liên kết không đúng, đã dùng, hoặc đã quá 24 giờ.",
        "The link is wrong, was used already, or is older than 24 hours.",
        field="code",
        remedy_vi="Khởi động lại Lễ Tân để có liên kết mới, hoặc chạy './letan staff create'.",
        remedy_en="Restart Lễ Tân for a new one, or run './letan staff create'.",
    )


def openid_unavailable() -> LetanError:
    return LetanError(
        "openid_unavailable",
        503,
        "Chưa liên lạc được với hệ thống đăng nhập một lần. Anh/chị thử lại, hoặc dùng mật khẩu.",
        "The single sign-on does not answer. Try again, or use your password.",
        remedy_vi="Người quản trị kiểm tra mục [openid] của letan.toml và đường mạng tới 'issuer'.",
        remedy_en="Administrators: check [openid] of letan.toml and the network to 'issuer'.",
        retry_after=10,
    )


def openid_refused() -> LetanError:
    return LetanError(
        "openid_refused",
        401,
        "Đăng nhập một lần không thành công. Anh/chị bấm lại từ trang này.",
        "The single sign-on failed. Start again from this page.",
    )


def openid_stranger() -> LetanError:
    """The provider knows somebody whom nobody here has given an account."""
    return LetanError(
        "openid_stranger",
        403,
        "Anh/chị chưa có tài khoản ở đây. Nhờ người quản trị tạo tài khoản cùng tên đăng nhập.",
        "You have no account here. Ask an administrator for one with the same name.",
    )
