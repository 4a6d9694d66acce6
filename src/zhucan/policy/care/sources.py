"""What care cites."""

from zhucan.policy.schemes import Source

SUNSHINE_2012 = Source("“阳光家园计划”——智力、精神和重度残疾人托养服务项目实施方案（2012—2015年）", "2012", "残联〔2012〕10号", number_verified=False)  # fmt: skip
CARE_NORM_2019 = Source("就业年龄段智力、精神及重度肢体残疾人托养服务规范", "2019", "GB/T 37516-2019")
CARE_FUND = "托养补助资金、残疾人就业保障金"
