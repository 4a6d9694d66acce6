"""What support to work cites."""

from zhucan.policy.schemes import Source

EMPLOYMENT_2007 = Source("残疾人就业条例", "2007-05-01", "国务院令第488号")
SELF_EMPLOYED_2018 = Source("关于扶持残疾人自主就业创业的意见", "2018-01", "残联发〔2018〕6号", number_verified=False)
SHELTERED_2015 = Source("关于发展残疾人辅助性就业的意见", "2015", "残联发〔2015〕27号", number_verified=False)
PUBLIC_POSTS_2019 = Source("公益性岗位开发管理暂行办法", "2019", "人社部规〔2019〕13号")
EMPLOYMENT_FUNDS_2017 = Source("就业补助资金管理办法", "2017")
MASSAGE_2009 = Source("盲人医疗按摩管理办法", "2009", "卫医政发〔2009〕37号")
ACTION_2025 = Source("促进残疾人就业三年行动方案（2025—2027年）", "2025-06-25", "国办发〔2025〕23号")
RETIREMENT_2024 = Source("国务院关于渐进式延迟法定退休年龄的办法", "2025-01-01")
LEVY_FUND = "残疾人就业保障金"
