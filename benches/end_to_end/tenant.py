"""People and their attribute values as JSON text: sixty definitions per person in the documented shapes, 570 bytes a value as in
our fake tenant. Ids and times differ from value to value: neither client profits from repetition that no tenant has.
"""
import json
from random import Random

FIRST_EMPLOYEE, FIRST_VALUE = 100, 1_000_001
AS_OF = "2026-11-24"
NAMES = ["John", "Zoé", "Maëlle", "Åsa", "Jürgen", "Núria", "Łukasz", "Lefèvre", "O'Brien", "García Márquez", "Nguyễn", "Müller"]
TITLES = ["Software Engineer", "Chargé·e de recrutement", "Chief Executive Officer", "Sales \"Hunter\"", "Data Analyst"]
STORY = "Arrivé·e par cooptation, puis passée par deux équipes. "
# What an attribute of these namespaces belongs to.
OWNERS = {"employment": ("employment", 20_000), "jobPosition": ("job-position", 60_000)}


class Maker:
    """Values of one person after another, by shape."""

    def __init__(self, root):
        self.root, self.dice, self.n = root, Random(1), 0

    def null(self):
        return None

    def text(self):
        return f"p{self.n}"

    def digits(self):
        return f"{self.n:06}"

    def number(self):
        return self.dice.randint(0, 2000)

    def money(self):
        return {"organizationId": 1, "value": self.dice.randint(0, 99_999) / 100}

    def flag(self):
        return self.dice.random() < 0.5

    def name(self):
        return self.dice.choice(NAMES)

    def title(self):
        return self.dice.choice(TITLES)

    def email(self):
        return f"person.{self.n}@lacbleu.example"

    def phone(self):
        return f"+33{self.dice.randint(10**8, 10**9 - 1)}"

    def day(self):
        return f"{self.dice.randint(1960, 2026)}-{self.dice.randint(1, 12):02}-{self.dice.randint(1, 28):02}"

    def start(self):
        return {"date": self.day()}

    def birthday(self):
        return {"day": self.dice.randint(1, 28), "month": self.dice.randint(1, 12)}

    def account(self):
        return {"format": "iban", "accountIdentifier": f"FR76{self.dice.randint(1, 10**22):023}", "bankIdentifier": None,
                "bankName": "Banque & Cie"}

    def insurance(self):
        return {"format": "swissSSN", "value": f"756.{self.dice.randint(10**9, 10**10)}"}

    def profile(self):
        return {"appInstanceId": 2, "profileId": self.dice.randint(1, 30)}

    def countries(self):
        return ["FRA"] if self.n % 5 else ["FRA", "CHE"]

    def child(self):
        return {"firstName": self.name(), "birthDate": self.day()}

    def story(self):
        return STORY * self.dice.randint(1, 3)

    def reference(self, kind):
        id_ = self.dice.randint(1, 999)
        return {"id": str(id_), "type": kind, "url": f"{self.root}/{kind}s/{id_}"}

    def moment(self, k):
        """A time that no other value has."""
        micros = int(self.dice.random() * 10**6)
        return f"{2004 + k % 22}-{k % 12 + 1:02}-{k % 28 + 1:02}T{k % 24:02}:{k * 7 % 60:02}:{k * 11 % 60:02}.{micros:06}Z"


# Definition, then its shape; a shape with a dash, or that is none of the maker's, is the type of the record referred to.
DEFINITIONS = [line.split("=") for line in """
    employee.id=digits employee.givenName=name employee.familyName=name employee.status=text employee.email=email
    employee.phoneNumber=phone employee.birthDay=birthday employee.employeeNumber=digits employee.remoteId=text
    employee.portrait=portrait employment.start=start employment.end=null employment.legalEntity=legal-entity
    employment.template=employment-template employment.remoteId=digits jobPosition.department=department
    jobPosition.manager=employee jobPosition.businessEstablishment=business-establishment jobPosition.startsOn=day
    jobPosition.jobQualification=job-qualification jobPosition.endsOn=null jobPosition.occupationCategory=occupation-category
    jobPosition.remoteId=digits jobPosition.jobTitle=title personal.birthDate=day personal.email=email personal.phoneNumber=phone
    personal.bankAccount=account personal.insuranceNumber=insurance personal.legalGender=text personal.title=text
    personal.nationalitiesCountryCodes=countries user.seniorityDate=day user.corporateCard=flag user.cultureId=number
    user.calendarId=number user.directLine=phone user.quote=story user.cost=money user.cleemyProfile=profile
    user.figgoProfile=profile user.axisValues=profile user.allowsElectronicPayslip=flag user.timesheetApproverId=number
    e_tShirtSize=taxonomy-label e_hasCar=flag e_medicalVisit=day e_badgeNumber=digits e_yearsBefore=number e_mentor=employee
    e_emergencyPhone=phone e_emergencyEmail=email e_languages=name e_remoteDays=number e_bonusRate=money e_parking=null
    e_children=child e_diet=title e_contractFile=file e_story=story""".split()]


def employees(root, count):
    """The people, one JSON object each; their ids ascend without a gap."""
    make = Maker(root)
    for make.n in range(count):
        id_ = str(FIRST_EMPLOYEE + make.n)
        record = {"id": id_, "type": "employee", "url": f"{root}/employees/{id_}", "remoteId": make.text(), "portrait": None,
                  "givenName": make.name(), "familyName": make.name(), "employeeNumber": make.digits(), "status": "active",
                  "email": make.email(), "birthDay": make.birthday(), "phoneNumber": make.phone(),
                  "createdAt": make.moment(make.n), "lastUpdatedAt": make.moment(make.n + 5), "links": {}}
        yield json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()


def attributes(root, count):
    """Sixty values for each of the people, in their order."""
    make, dumps, id_ = Maker(root), json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode, FIRST_VALUE
    columns = []
    for name, shape in DEFINITIONS:
        value = getattr(make, shape) if hasattr(make, shape) else lambda kind=shape: make.reference(kind)
        url = f"{root}/employee-attribute-definitions/{name}"
        definition = f'"definition":{{"id":"{name}","type":"employee-attribute-definition","url":"{url}"}}'
        columns.append((definition, name.split(".")[0], value))
    for make.n in range(count):
        person = FIRST_EMPLOYEE + make.n
        employee = f'"employee":{{"id":"{person}","type":"employee","url":"{root}/employees/{person}"}}'
        for definition, namespace, value in columns:
            owner, window = "", "null"
            if namespace in OWNERS:
                kind, other = OWNERS[namespace][0], OWNERS[namespace][1] + make.n
                owner = f'"{namespace}":{{"id":"{other}","type":"{kind}","url":"{root}/{kind}s/{other}"}},'
                window = f'{{"start":"{2004 + make.n % 22}-{make.n % 12 + 1:02}-01","end":null}}'
            yield (f'{{"id":"{id_}","type":"employee-attribute","url":"{root}/employee-attribute/{id_}",{definition},{employee},'
                   f'{owner}"applicability":{window},"value":{dumps(value())},"createdAt":"{make.moment(id_)}",'
                   f'"lastUpdatedAt":"{make.moment(id_ + 5)}","links":{{}}}}').encode()
            id_ += 1
