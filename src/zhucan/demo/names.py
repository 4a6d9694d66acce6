"""Invented names, phones and accounts. Accounts begin with 9900, which no bank issues."""

import random

_SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任"
    "姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_OLD = {
    "male": "国建志德福荣贵生发根林水金土财祥兴旺海忠良明华富宝庆",
    "female": "秀桂兰英珍凤娥莲菊香花玉素翠彩仙芬云妹菜梅月娣琴金巧",
}
_NEW = {
    "male": "浩宇轩子涵博文杰俊伟鹏涛磊毅凯晨睿航阳宁嘉诚一",
    "female": "欣怡雨婷静佳慧雪琪颖思梦诗悦萱妍瑶琳洁倩玲敏珊可",
}
_BANKS = ("示例农商银行", "示例银行示例县支行", "示例邮政储蓄银行")
RELATIONS = ("父亲", "母亲", "配偶", "儿子", "女儿", "兄弟")


def name(dice: random.Random, sex: str, born: int, surname: str = "") -> str:
    """Return a name such as people of that sex and year of birth have."""
    given = (_OLD if born < 1980 else _NEW)[sex]
    count = 2 if dice.random() < 0.8 else 1
    return (surname or dice.choice(_SURNAMES)) + "".join(dice.choices(given, k=count))


def phone(dice: random.Random) -> str:
    """Return a mobile number."""
    return f"1{dice.choice('3578')}{dice.randrange(10**9):09d}"


def account(dice: random.Random) -> tuple[str, str]:
    """Return bank and account number; the last digit is the Luhn check."""
    digits = f"9900{dice.randrange(10**14):014d}"
    total = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[::-2]) + sum(map(int, digits[-2::-2]))
    return dice.choice(_BANKS), f"{digits}{-total % 10}"
