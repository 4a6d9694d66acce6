"""What aid with homes cites."""

from zhucan.policy.schemes import Source

RURAL_HOUSING_2021 = Source("关于做好农村低收入群体等重点对象住房安全保障工作的实施意见", "2021", "建村〔2021〕35号")
BARRIER_FREE_2023 = Source("中华人民共和国无障碍环境建设法", "2023-09-01")
PLAN_2021 = Source("“十四五”残疾人保障和发展规划", "2021", "国发〔2021〕10号")
