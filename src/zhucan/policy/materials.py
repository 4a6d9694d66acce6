"""The papers that many schemes ask; what a register tells makes its paper needless (`known_by`)."""

from zhucan.policy.schemes import Material

IDENTITY = Material("identity", "身份证、户口簿", 12)
CERTIFICATE = Material("certificate", "残疾人证", None, ("certificate_valid",))
HUKOU = Material("hukou", "户口簿或居住证", 12, ("hukou_here",))
HARDSHIP = Material("hardship", "低保、低保边缘或特困证明", 3, ("hardship",))
ACCOUNT = Material("account", "本人或监护人的银行卡", 12)
GUARDIAN_ID = Material("guardian_id", "监护人身份证和监护关系证明", 12)
DIAGNOSIS = Material("diagnosis", "定点医疗机构诊断证明", 12, ("diagnosis",))
ASSESSMENT = Material("assessment", "评估报告", 6)
BILLS = Material("bills", "费用票据和清单")
INSURANCE_SLIP = Material("insurance_slip", "医保结算单")
DISCHARGE = Material("discharge", "出院小结")
PRESCRIPTION = Material("prescription", "处方和领药记录", 3, with_bill=True)
ATTENDANCE = Material("attendance", "机构出勤记录", with_bill=True)
AGREEMENT = Material("agreement", "与定点机构签订的康复协议", 12)
QUOTATION = Material("quotation", "器具报价单或发票")
ACCEPTANCE = Material("acceptance", "验收单和照片")
SCHOOL_PROOF = Material("school_proof", "学生证、录取通知书或在读证明", 12, ("school_stage",))
KINSHIP = Material("kinship", "亲子关系证明", None, ("parent_grade",))
PHOTOS = Material("photos", "近期二寸白底照片", 6)
