"""What the routes before v5 say of a tenant, and the columns of legacy_users and legacy_departments that have to say the same.

`Routes` reads them by itself, page by page, with nothing of the program's own; keys of answers are read in lower case."""
import json
import urllib.parse
import urllib.request

PAGE = 50
FIELDS = """id,name,displayName,firstName,lastName,login,mail,employeeNumber,professionalMobile,dtContractStart,dtContractEnd,birthDate,
civilTitle,gender,insuranceNumber,rib,iban,bic,bankName,personalEmail,personalMobile,jobTitle,departmentId,department,legalEntityId,
legalEntity,legalUnitId,legalUnit,managerId,manager,manager2Id,cspId,csp,jobQualificationId,jobQualification,picture,seniorityDate,address,
directLine,quote,calendarId,cultureId,siteId,cleemyApproverId,timesheetApproverId,remoteWorkProfileId,employeeAccountingCode,navisionId,
cegidGescomId,bergerLevraultCareerNumber,frenchCarTaxHorsePower,frenchMotorcyclesTaxHorsePower,corporateCard,personalCard,personalAccount,
allowsElectronicPayslip,unitSellPrice""".replace("\n", "")


class Routes:
    """A tenant, asked with a key."""

    def __init__(self, origin, key):
        self.origin, self.headers = origin, {"Authorization": f"lucca application={key}"}

    def _get(self, path, **parameters):
        url = f"{self.origin}{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(urllib.request.Request(url, headers=self.headers), timeout=60) as answer:
            return _lower(json.load(answer))

    def users(self):
        out = []
        while True:
            page = self._get("/api/v3/users", formerEmployees="true", orderBy="id,asc", fields=FIELDS, paging=f"{len(out)},{PAGE}")
            out += page["data"]["items"]
            if len(page["data"]["items"]) < PAGE:
                return out

    def departments(self):
        out, page = [], 1
        while True:
            answer = self._get("/organization/structure/api/departments", page=page, limit=PAGE)
            out, page = out + answer["items"], page + 1
            if len(answer["items"]) < PAGE:
                return out


def _lower(value):
    if isinstance(value, dict):
        return {key.lower(): _lower(member) for key, member in value.items()}
    return [_lower(item) for item in value] if isinstance(value, list) else value


def _text(value):
    return None if value is None or value == "" else str(value)


def _day(value):
    return value and value.removesuffix("T00:00:00")


def _of(field):
    """The member of a reference."""
    def get(user):
        record, _, member = field.lower().partition(".")
        return _text((user.get(record) or {}).get(member))
    return get


def _same(field, as_kind=_text):
    return lambda user: as_kind(user.get(field.lower()))


def _number(value):
    return None if value in (None, "") else float(value)


# Column → what v3 says of it. Only what the migration guide maps, and the two names.
USERS = {
    "id": _same("id"), "login": _same("login"), "first_name": _same("firstName"), "last_name": _same("lastName"),
    "name": _same("name"), "display_name": _same("displayName"), "mail": _same("mail"), "employee_number": _same("employeeNumber"),
    "dt_contract_start": _same("dtContractStart", _day), "dt_contract_end": _same("dtContractEnd", _day),
    "department_id": _same("departmentId"), "department_name": _of("department.name"), "manager_id": _same("managerId"),
    "manager_name": _of("manager.name"), "legal_entity_id": _same("legalEntityId"), "legal_entity_name": _of("legalEntity.name"),
    "legal_unit_id": _same("legalUnitId"), "legal_unit_name": _of("legalUnit.name"), "job_title": _same("jobTitle"),
    "job_qualification_id": _same("jobQualificationId"), "job_qualification_title": _of("jobQualification.name"),
    "csp_id": _same("cspId"), "csp_title": _of("csp.name"), "birth_date": _same("birthDate", _day),
    "gender": lambda user: {"Misc": "diverse"}.get(user["gender"], user["gender"]),
    "civil_title": lambda user: {"Mr": "mister", "Ms": "miss", None: None}[user["civiltitle"]],
    "personal_email": _same("personalEmail"), "personal_mobile": _same("personalMobile"),
    "professional_mobile": _same("professionalMobile"), "insurance_number": _same("insuranceNumber"), "iban": _same("iban"),
    "rib": _same("rib"), "bic": _same("bic"), "bank_name": _same("bankName"), "seniority_date": _same("seniorityDate", _day),
    "french_car_tax_horse_power": _same("frenchCarTaxHorsePower", _number),
    "french_motorcycles_tax_horse_power": _same("frenchMotorcyclesTaxHorsePower", _number),
    "corporate_card": _same("corporateCard"), "personal_card": _same("personalCard"), "personal_account": _same("personalAccount"),
    "unit_sell_price": _same("unitSellPrice", _number), "allows_electronic_payslip": _same("allowsElectronicPayslip", lambda v: v),
    "site_id": _same("siteId"), "direct_line": _same("directLine"), "quote": _same("quote"), "address": _same("address"),
    "cleemy_approver_id": _same("cleemyApproverId"), "culture_id": _same("cultureId"), "calendar_id": _same("calendarId"),
    "manager2_id": _same("manager2Id"), "navision_id": _same("navisionId"), "cegid_gescom_id": _same("cegidGescomId"),
    "berger_levrault_career_number": _same("bergerLevraultCareerNumber"), "timesheet_approver_id": _same("timesheetApproverId"),
    "remote_work_profile_id": _same("remoteWorkProfileId"), "employee_accounting_code": _same("employeeAccountingCode"),
}


def users(found, visible, says_unknown):
    """Id → the columns of legacy_users. The name of a department that no list shows is not in the lake; where a person has no civil
    title, v5 says that it is not known."""
    shown = {str(department["id"]) for department in visible}
    out = {str(user["id"]): {column: get(user) for column, get in USERS.items()} for user in found}
    for row in out.values():
        row["department_name"] = row["department_name"] if row["department_id"] in shown else None
        row["civil_title"] = row["civil_title"] or ("unknown" if says_unknown else None)
    return out


def departments(found, people, today):
    """Id → the columns of legacy_departments. Who is in one is counted from the users."""
    places = {one["hierarchy"]: str(one["id"]) for one in found}
    names = {str(user["id"]): user["name"] for user in people}

    def is_there(user, department):
        end = _day(user["dtcontractend"])
        return user["departmentid"] == department and _day(user["dtcontractstart"]) <= today and (end is None or end >= today)

    return {str(one["id"]): {
        "id": str(one["id"]), "name": one["name"], "code": one["code"], "description": _text(one["description"]),
        "parent_id": places.get(one["parentid"]), "is_active": one["isactive"], "level": one["hierarchy"].strip("/").count("/") + 1,
        "sort_order": one["sortorderinsiblings"], "head_id": _text(one["headid"]), "head_name": names.get(_text(one["headid"])),
        "current_users_count": sum(is_there(user, one["id"]) for user in people)} for one in found}
