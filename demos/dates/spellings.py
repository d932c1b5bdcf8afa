"""How a date can be spelled: pieces that combine freely, in three families (English, numbers alone, Chinese).

A spelling is a dict {piece: choice}. `spell(date, spelling)` gives the text and, for each character, the part of the date
that it belongs to. The rules of reading:

- Two-digit years: 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068 (POSIX, `strptime`, %y).
- Slashes: month/day/year as in the US, unless the first number is over 12: then day/month/year. A first number of four
  digits is the year.
- Dots and dashes: day.month.year, unless the first number has four digits: then year.month.day.
"""

import itertools

OTHER, YEAR, MONTH, DAY = range(4)  # the part of a date that a character belongs to
TWO_DIGIT_YEARS = range(1969, 2069)

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HANZI = "〇一二三四五六七八九"
FULL_WIDTH = str.maketrans("0123456789/.-", "０１２３４５６７８９／．－")

ENGLISH = {
    "order": ("day month year", "month day year", "the day of month year", "year month day"),
    "year": ("2026", "'26", "’26", "26"),
    "month": ("November", "Nov", "Nov."),
    "day": ("5", "05", "5th"),
    "join": (" ", ", ", ",", "-", "/", ""),
    "weekday": ("", "Saturday, ", "Saturday ", "Sat, ", "Sat ", ", Saturday", " (Sat)"),
    "case": ("as usual", "lower", "upper"),
}
NUMBERS = {
    "order": ("year month day", "month day year", "day month year"),
    "year": ("2026", "26"),
    "day": ("5", "05"),
    "join": ("/", ".", "-", " / ", ". ", " ", ""),
    "weekday": ("", "Saturday, ", "Sat ", " (Sat)", "星期六 "),
    "width": ("half", "full"),
}
CHINESE = {
    "numbers": ("2026 1 5", "2026 01 05", "２０２６ １ ５", "二〇二六 一 五", "二零二六 一 五", "2026 一 五", "二〇二六 廿"),
    "year": ("2026", "26"),
    "day": ("日", "号", "號", ""),
    "join": ("", " "),
    "weekday": ("", "星期六", " 周六", " 週六", "（星期六）", "(六)", "，礼拜六", "星期六 ", "周六，"),
    "before": ("", "公元"),
}
FAMILIES = {"english": ENGLISH, "numbers": NUMBERS, "chinese": CHINESE}

UNSEEN = (  # never trained on: every spelling with all pieces of a row
    {"family": "english", "order": "month day year", "weekday": ", Saturday"},
    {"family": "english", "order": "the day of month year", "case": "upper"},
    {"family": "english", "order": "day month year", "day": "5th", "year": "'26"},
    {"family": "english", "order": "day month year", "join": "/", "month": "Nov"},
    {"family": "numbers", "order": "year month day", "join": "/", "width": "full"},
    {"family": "numbers", "order": "month day year", "weekday": "Sat "},
    {"family": "chinese", "numbers": "二零二六 一 五", "join": " "},
    {"family": "chinese", "numbers": "2026 一 五", "day": "號"},
    {"family": "chinese", "weekday": "(六)", "year": "26"},
)


def makes_sense(spelling):
    """Whether the pieces go together in text that only one date can be meant by."""
    order, join = spelling.get("order"), spelling["join"]
    two_digits = spelling["year"] != "2026"
    if spelling["family"] == "english":
        compact = join in ("-", "/", "")
        long = spelling["day"] == "5th" or spelling["year"] in ("'26", "’26") or spelling["month"] == "Nov."
        if compact and long:
            return False
        if order == "the day of month year":
            return spelling["day"] == "5th" and not compact
        if order == "year month day":
            return not two_digits and join in (" ", "-") and spelling["day"] != "5th"
        return not (order == "month day year" and join == "")
    if spelling["family"] == "numbers":
        joins = {"year month day": NUMBERS["join"], "month day year": ("/", " / "), "day month year": ("/", ".", "-", ". ")}
        if join == "" and spelling["day"] == "5":
            return False
        return join in joins[order] and not (order == "year month day" and two_digits)
    first = spelling["weekday"] in ("星期六 ", "周六，")
    if not spelling["day"] and spelling["weekday"] and not first:
        return False
    return not (spelling["before"] and (two_digits or first))


def spellings():
    """All that make sense."""
    combined = lambda family, pieces: ({"family": family, **dict(zip(pieces, choice))} for choice in itertools.product(*pieces.values()))
    return [spelling for family, pieces in FAMILIES.items() for spelling in combined(family, pieces) if makes_sense(spelling)]


def is_unseen(spelling):
    return any(row.items() <= spelling.items() for row in UNSEEN)


def suits(date, spelling):
    """Whether this date may be spelled so: two digits say only the years of TWO_DIGIT_YEARS, and day/month/year needs a day
    that cannot be a month."""
    if spelling["year"] != "2026" and date.year not in TWO_DIGIT_YEARS:
        return False
    day_first = spelling.get("order") == "day month year" and spelling["family"] == "numbers"
    return not (day_first and spelling["join"] == "/" and date.day <= 12)


def ordinal(day):
    ending = "th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def laid_out(order, join, year, month, day):
    """The parts of a date in their order: [(text, part)]."""
    parts = {"year": (year, YEAR), "month": (month, MONTH), "day": (day, DAY)}
    first, second, third = (parts[name] for name in order.split())
    first_join = " " if join.startswith(",") else join  # a comma stands before the year only
    return [first, (first_join, OTHER), second, (join, OTHER), third]


def with_weekday(segments, form, name):
    """The weekday before or after the date, as `form` has it with the name in place of its example."""
    behind = form[:1] in (",", " ", "（", "(", "，") or form == "星期六"
    return [*segments, (name, OTHER)] if behind else [(name, OTHER), *segments]


def year_digits(date, form):
    return str(date.year) if form == "2026" else form.replace("26", f"{date.year % 100:02}")


def month_name(month, form):
    name = MONTHS[month - 1]
    if form == "November" or name == "May":
        return name
    return "Sept." if form == "Nov." and name == "September" else name[:3] + form[3:]


def english(date, spelling):
    month = month_name(date.month, spelling["month"])
    day = {"5": str(date.day), "05": f"{date.day:02}", "5th": ordinal(date.day)}[spelling["day"]]
    year = year_digits(date, spelling["year"])
    if spelling["order"] == "the day of month year":
        the = "the " if spelling["weekday"].startswith("S") else "The "
        segments = [(the, OTHER), (day, DAY), (" of ", OTHER), (month, MONTH), (spelling["join"], OTHER), (year, YEAR)]
    else:
        segments = laid_out(spelling["order"], spelling["join"], year, month, day)
    segments = with_weekday(segments, spelling["weekday"], english_weekday(spelling["weekday"], date))
    change = {"as usual": str, "lower": str.lower, "upper": str.upper}[spelling["case"]]
    return [(change(text), part) for text, part in segments]


def english_weekday(form, date):
    name = WEEKDAYS[date.weekday()]
    return form.replace("Saturday", name) if "Saturday" in form else form.replace("Sat", name[:3])


def numbers(date, spelling):
    width = "02" if spelling["day"] == "05" else ""
    year = year_digits(date, spelling["year"])
    segments = laid_out(spelling["order"], spelling["join"], year, f"{date.month:{width}}", f"{date.day:{width}}")
    if spelling["width"] == "full":
        segments = [(text.translate(FULL_WIDTH), part) for text, part in segments]
    form = spelling["weekday"]
    name = chinese_weekday(form, date) if form == "星期六 " else english_weekday(form, date)
    return with_weekday(segments, form, name)


def hanzi_number(number, twenty="二十"):
    """1 to 31: 一, 十, 十一, 二十一; `twenty` may be 廿, thirty is then 卅."""
    tens, ones = divmod(number, 10)
    head = ("", "十", twenty, "三十" if twenty == "二十" else "卅")[tens]
    return head + (HANZI[ones] if ones else "")


def chinese_weekday(form, date):
    names = "一二三四五六天" if "礼拜" in form else "一二三四五六日"
    return form.replace("六", names[date.weekday()])


def chinese(date, spelling):
    kind = spelling["numbers"]
    year = year_digits(date, spelling["year"])
    if kind.startswith("二"):
        year = "".join(HANZI[int(digit)] for digit in year)
        year = year.replace("〇", "零") if "零" in kind else year
    if "一" in kind or "廿" in kind:
        month, day = hanzi_number(date.month), hanzi_number(date.day, "廿" if "廿" in kind else "二十")
    else:
        width = "02" if kind == "2026 01 05" else ""
        month, day = f"{date.month:{width}}", f"{date.day:{width}}"
    if kind.startswith("２"):
        year, month, day = (text.translate(FULL_WIDTH) for text in (year, month, day))
    year_word, month_word, day_word = (f"{spelling['join']}{word}" if word else "" for word in ("年", "月", spelling["day"]))
    segments = [(spelling["before"], OTHER), (year, YEAR), (year_word + spelling["join"], OTHER), (month, MONTH),
                (month_word + spelling["join"], OTHER), (day, DAY), (day_word, OTHER)]  # fmt: skip
    return with_weekday(segments, spelling["weekday"], chinese_weekday(spelling["weekday"], date))


def spell(date, spelling):
    """(text, parts): a date as a spelling has it, and the part of each character."""
    segments = {"english": english, "numbers": numbers, "chinese": chinese}[spelling["family"]](date, spelling)
    text = "".join(text for text, _ in segments)
    return text, [part for text, part in segments for _ in text]
