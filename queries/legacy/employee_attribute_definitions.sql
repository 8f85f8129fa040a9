-- employee_attribute_definitions: one row per definition that employee_attributes has values of: the built-in ones of API v5
--   whose facts users, contracts and positions hold, and the custom fields
-- without v3_user_properties: the name is null then
WITH built_in AS (
    -- With the name of the field of users that it was, and what its values look like.
    SELECT id, v3_name, target_type, looks
    FROM (
        VALUES
            ('employee.birthDay', CAST(NULL AS VARCHAR), 'employee', 'object'),
            ('employee.email', 'mail', 'employee', 'text'),
            ('employee.employeeNumber', 'employeenumber', 'employee', 'text'),
            ('employee.familyName', 'lastname', 'employee', 'text'),
            ('employee.givenName', 'firstname', 'employee', 'text'),
            ('employee.id', 'id', 'employee', 'text'),
            ('employee.phoneNumber', 'professionalmobile', 'employee', 'text'),
            ('employee.portrait', 'picture', 'employee', 'reference'),
            ('employee.remoteId', 'login', 'employee', 'text'),
            ('employee.status', NULL, 'employee', 'text'),
            ('employment.document', NULL, 'employment', 'reference'),
            ('employment.end', 'dtcontractend', 'employment', 'day'),
            ('employment.legalEntity', 'legalunit', 'employment', 'reference'),
            ('employment.remoteId', NULL, 'employment', 'text'),
            ('employment.start', 'dtcontractstart', 'employment', 'day'),
            ('employment.template', NULL, 'employment', 'reference'),
            ('jobPosition.businessEstablishment', 'legalentity', 'job-position', 'reference'),
            ('jobPosition.department', 'department', 'job-position', 'reference'),
            ('jobPosition.endsOn', NULL, 'job-position', 'date'),
            ('jobPosition.jobQualification', 'jobqualification', 'job-position', 'reference'),
            ('jobPosition.jobTitle', 'jobtitle', 'job-position', 'text'),
            ('jobPosition.manager', 'manager', 'job-position', 'reference'),
            ('jobPosition.occupationCategory', 'csp', 'job-position', 'reference'),
            ('jobPosition.startsOn', NULL, 'job-position', 'date'),
            ('personal.bankAccount', 'rib', 'employee', 'object'),
            ('personal.birthDate', 'birthdate', 'employee', 'date'),
            ('personal.email', 'personalemail', 'employee', 'text'),
            ('personal.insuranceNumber', 'insurancenumber', 'employee', 'object'),
            ('personal.legalGender', 'gender', 'employee', 'text'),
            ('personal.nationalitiesCountryCodes', 'nationality', 'employee', 'texts'),
            ('personal.phoneNumber', 'personalmobile', 'employee', 'text'),
            ('personal.title', 'civiltitle', 'employee', 'text'),
            ('probationaryPeriod.extendedEndsOn', NULL, 'employment', 'date'),
            ('probationaryPeriod.initialEndsOn', NULL, 'employment', 'date'),
            ('user.address', 'address', 'employee', 'text'),
            ('user.allowsElectronicPayslip', 'allowselectronicpayslip', 'employee', 'boolean'),
            ('user.axisValues', NULL, 'employee', 'object'),
            ('user.bergerLevraultCareerNumber', 'bergerlevraultcareernumber', 'employee', 'text'),
            ('user.calendarId', 'calendar', 'employee', 'integer'),
            ('user.cegidGescomId', 'cegidgescomid', 'employee', 'text'),
            ('user.cleemyApproverId', 'cleemyapprover', 'employee', 'integer'),
            ('user.cleemyProfile', NULL, 'employee', 'object'),
            ('user.corporateCard', 'corporatecard', 'employee', 'text'),
            ('user.cultureId', 'culture', 'employee', 'integer'),
            ('user.directLine', 'directline', 'employee', 'text'),
            ('user.employeeAccountingCode', 'employeeaccountingcode', 'employee', 'text'),
            ('user.figgoProfile', 'profile_figgo', 'employee', 'object'),
            ('user.frenchCarTaxHorsePower', 'frenchcartaxhorsepower', 'employee', 'integer'),
            ('user.frenchMotorcyclesTaxHorsePower', 'frenchmotorcyclestaxhorsepower', 'employee', 'integer'),
            ('user.manager2Id', 'manager2', 'employee', 'integer'),
            ('user.navisionId', 'navisionid', 'employee', 'text'),
            ('user.personalAccount', 'personalaccount', 'employee', 'text'),
            ('user.personalCard', 'personalcard', 'employee', 'text'),
            ('user.quote', 'quote', 'employee', 'text'),
            ('user.remoteWorkProfileId', 'remoteworkprofile', 'employee', 'integer'),
            ('user.seniorityDate', 'senioritydate', 'employee', 'date'),
            ('user.siteId', 'site', 'employee', 'integer'),
            ('user.timesheetApproverId', 'timesheetapprover', 'employee', 'integer'),
            ('user.unitSellPrice', 'unitsellprice', 'employee', 'number')
    ) AS t (id, v3_name, target_type, looks)
),

labels AS (
    SELECT LOWER(id) AS id, MIN(name) AS name
    FROM v3_user_properties
    GROUP BY LOWER(id)
),

read AS (
    SELECT MAX(_extracted_at) AS _extracted_at, MAX(_run_id) AS _run_id
    FROM v3_users
),

definitions AS (
    SELECT
        b.id,
        l.name,
        CASE b.looks
            WHEN 'date' THEN '{"type":["string","null"],"format":"date"}'
            WHEN 'day' THEN '{"type":["object","null"],"properties":{"date":{"type":"string","format":"date"}}}'
            WHEN 'texts' THEN '{"type":"array","items":{"type":"string"}}'
            WHEN 'reference'
                THEN '{"type":["object","null"],"properties":{"id":{"type":"string"},"type":{"type":"string"},"url":{}}}'
            WHEN 'text' THEN '{"type":["string","null"]}'
            ELSE '{"type":["' || b.looks || '","null"]}'
        END AS schema,
        b.target_type,
        -- The order of several values is not said; without one there is a single value.
        CASE WHEN b.id = 'user.axisValues' THEN 'ascending' END AS sorting,
        CASE WHEN b.id = 'user.axisValues' THEN 'axisId' END AS sorting_property,
        r._extracted_at,
        r._run_id
    FROM built_in b
    CROSS JOIN read r
    LEFT JOIN labels l ON l.id = b.v3_name
    WHERE r._run_id IS NOT NULL
    UNION ALL
    SELECT
        f.id,
        f.name,
        CASE
            WHEN f.kind IS NULL THEN '{}'
            WHEN f.kind = 'object' THEN '{"title":"object","type":"object"}'
            ELSE '{"$id":"/lucca-api/schemas/' || f.kind || '","title":"' || f.kind || '"}'
        END AS schema,
        'employee' AS target_type,
        CASE WHEN f.is_multiple THEN 'ascending' END AS sorting,
        NULL AS sorting_property,
        f._extracted_at,
        f._run_id
    FROM custom_fields f
)

SELECT
    id,
    NULL AS url,
    name,
    schema,
    NULL AS applicability_schema,
    NULL AS property_descriptions,
    NULL AS taxonomy_id,
    sorting AS multiple_value_handling_sorting,
    sorting_property AS multiple_value_handling_sorting_property,
    target_type,
    NULL AS is_archived,
    NULL AS last_archived_at,
    NULL AS t9n,
    NULL AS created_at,
    NULL AS last_updated_at,
    NULL AS _extra,
    _extracted_at,
    _run_id
FROM definitions
ORDER BY id
