"""The yearly work report of a county federation: the parts that registration and the two subsidies can fill."""

from zhucan.reports.forms import Form, PlanList, PlanReview, Section, Table, paragraph

county_work_report = Form(
    id="county-work-report",
    name="县级残联年度工作报告",
    title="{place}残疾人联合会{year}工作报告",
    sections=(
        Section(
            "残疾人基本情况",
            (
                paragraph(
                    "到{year}末，{place}有持证残疾人{holders}人。",
                    "比上年末{holders|change}。",
                    "其中：{holders|by category}。",
                ),
                paragraph(
                    "按等级分：{holders|by grade}；一、二级重度残疾人{holders-severe}人，占{holders-severe-share}。",
                    "按性别分：{holders|by sex}。",
                    "按年龄分：{holders|by age}；60周岁及以上的占{holders-elderly-share}。",
                ),
                paragraph(
                    "持证残疾人中，低保对象{holders-dibao}人，低保边缘家庭成员{holders-dibian}人，特困供养人员{holders-tekun}人，"
                    "正在机构托养的{holders-in-institution}人。",
                    "还有{holders-hardship-unknown}人没有登记困难情况，需要继续核实。",
                ),
            ),
        ),
        Section(
            "残疾人证办理",
            (
                paragraph(
                    "{year}新办残疾人证{certificates-new}人，到期换领{certificates-renewed}件，变更类别或等级{certificates-changed}件，"
                    "注销{certificates-cancelled}件。",
                    "新办人数比上年{certificates-new|change}。",
                    "残疾人证到期后没有换领的{certificates-lapsed}人。",
                ),
                paragraph(
                    "期内死亡的持证残疾人{holders-died}人；户籍迁入登记人员{moved-in}人，迁出{moved-out}人。",
                ),
            ),
        ),
        Section(
            "两项补贴发放",
            (
                paragraph(
                    "{year}共为{subsidies-persons}名残疾人发放两项补贴{subsidies-times}人次，金额{subsidies-amount|wan}万元。",
                    "金额比上年{subsidies-amount|change}。",
                ),
                paragraph(
                    "困难残疾人生活补贴：发放{living-allowance-persons}人、{living-allowance-times}人次，"
                    "金额{living-allowance-amount|wan}万元，其中补发{living-allowance-arrears-amount|wan}万元；"
                    "新增{living-allowance-new}人，停发{living-allowance-stopped}人。",
                    "到期末享受{living-allowance-recipients}人，其中{living-allowance-recipients|by category}。",
                    "困难家庭持证残疾人{holders-hardship}人，其中享受生活补贴的{living-allowance-hardship}人，"
                    "覆盖率{living-allowance-coverage}。",
                ),
                paragraph(
                    "重度残疾人护理补贴：发放{nursing-subsidy-persons}人、{nursing-subsidy-times}人次，"
                    "金额{nursing-subsidy-amount|wan}万元，其中补发{nursing-subsidy-arrears-amount|wan}万元；"
                    "新增{nursing-subsidy-new}人，停发{nursing-subsidy-stopped}人。",
                    "到期末享受{nursing-subsidy-recipients}人，其中{nursing-subsidy-recipients|by category}。",
                    "一、二级重度残疾人{holders-severe}人，其中享受护理补贴的{nursing-subsidy-severe}人，"
                    "覆盖率{nursing-subsidy-coverage}。",
                ),
                paragraph("同时享受两项补贴的{subsidies-recipients-both}人。"),
            ),
        ),
        Section(
            "动态管理和资金安全",
            (
                paragraph(
                    "每月按最新情况重新核定，{year}停发{subsidies-stopped}人，按原因分：{subsidies-stopped|by cause}。",
                    "补发{subsidies-arrears-amount|wan}万元。",
                    "查出多发{subsidies-recovered-persons}人、{subsidies-recovered-amount}元，按原因分："
                    "{subsidies-recovered-amount|by cause}。",
                ),
                paragraph(
                    "已收回{recoveries-returned}元，从应发补贴中抵扣{recoveries-set-off}元，核销{recoveries-waived}元；"
                    "期末还有{subsidies-debtors}人、{subsidies-debt}元待追回。",
                ),
                paragraph(
                    "银行代发到户{bank-paid-times}笔、{bank-paid|wan}万元；退回{bank-failed-times}笔、{bank-failed}元，逐笔核对后重发。",
                    "期末因情况不明待核实的{subsidies-doubts}人。",
                ),
            ),
        ),
        Section(
            "住房改善",
            (
                paragraph(
                    "{year}危旧房改造验收合格{house-works-accepted}户。",
                    "投入资金{house-works-funds|wan}万元，其中到账慈善捐赠{house-works-donated|wan}万元。",
                ),
            ),
        ),
        Section(
            "各地情况",
            (
                Table(
                    "各乡镇（街道）残疾人和两项补贴情况",
                    "单位",
                    (
                        ("holders", "持证残疾人（人）"),
                        ("holders-severe", "重度（人）"),
                        ("living-allowance-recipients", "生活补贴（人）"),
                        ("living-allowance-amount", "生活补贴（元）"),
                        ("nursing-subsidy-recipients", "护理补贴（人）"),
                        ("nursing-subsidy-amount", "护理补贴（元）"),
                    ),
                ),
                Table(
                    "各月发放情况",
                    "月份",
                    (
                        ("living-allowance-regular-amount", "生活补贴（元）"),
                        ("nursing-subsidy-regular-amount", "护理补贴（元）"),
                        ("subsidies-arrears-amount", "补发（元）"),
                        ("subsidies-recovered-amount", "应追回（元）"),
                    ),
                    by="month",
                ),
            ),
        ),
        Section("年度计划完成情况", (PlanReview(),)),
        Section("{next}年工作计划", (PlanList(),)),
    ),
    needed=(("house-works-accepted", "house-works-funds"),),
)
