"""What social assistance cites."""

from zhucan.policy.schemes import Source

ASSISTANCE_2014 = Source("社会救助暂行办法", "2019-03-02", "国务院令第649号")
DIBAO_2021 = Source("最低生活保障审核确认办法", "2021-07-01", "民发〔2021〕57号")
TEKUN_2021 = Source("特困人员认定办法", "2021-07-01", "民发〔2021〕43号")
LAYERED_2023 = Source("关于加强低收入人口动态监测做好分层分类社会救助工作的意见", "2023-10", "国办发〔2023〕39号")
RIGID_2024 = Source("刚性支出困难家庭认定办法", "2024-10-24")
SAFETY_NET_2022 = Source("关于进一步做好最低生活保障等社会救助兜底保障工作的通知", "2022-10", "民发〔2022〕83号", number_verified=False)  # fmt: skip
DISABLED_RELIEF_2015 = Source("关于加强残疾人社会救助工作的意见", "2015", "残联发〔2015〕34号")
TEMPORARY_2014 = Source("关于全面建立临时救助制度的通知", "2014", "国发〔2014〕47号")
TEMPORARY_2018 = Source("关于进一步加强和改进临时救助工作的意见", "2018", "民发〔2018〕23号")
PENSION_2014 = Source("关于建立统一的城乡居民基本养老保险制度的意见", "2014", "国发〔2014〕8号")
