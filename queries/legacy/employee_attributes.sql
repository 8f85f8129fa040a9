-- employee_attributes: one row per value: of a built-in definition as the tables of people, contracts, trial periods and
--   positions have it that day, of what users alone have, and of custom fields
WITH users AS (
    SELECT
        v3_users.*,
        COALESCE(site_id, site_ref_id) AS site,
        cleemy_approver_id AS cleemy_approver,
        COALESCE(culture_id, culture_ref_id) AS culture,
        COALESCE(calendar_id, calendar_ref_id) AS calendar,
        COALESCE(manager2_id, manager2_ref_id) AS manager2,
        COALESCE(timesheet_approver_id, timesheet_approver_ref_id) AS timesheet_approver,
        COALESCE(remote_work_profile_id, remote_work_profile_ref_id) AS remote_work_profile,
        json_get(application_data, 'profile_figgo') AS figgo
    FROM v3_users
),

-- All values of a record in one object, by their definitions: what is null has no member.
of_people AS (
    SELECT
        e.id AS employee_id,
        json_object(
            'employee.id', e.id,
            'employee.email', e.email,
            'employee.familyName', e.family_name,
            'employee.givenName', e.given_name,
            'employee.phoneNumber', e.phone_number,
            'employee.employeeNumber', e.employee_number,
            'employee.remoteId', e.remote_id,
            'employee.status', e.status,
            'employee.birthDay', CASE WHEN e.birth_day IS NOT NULL THEN json(json_object('day', e.birth_day, 'month', e.birth_month)) END,
            'employee.portrait', CASE WHEN e.portrait_id IS NOT NULL THEN json(json_object('id', e.portrait_id, 'type', 'portrait')) END,
            'personal.birthDate', r.birth_date,
            'personal.email', r.email,
            'personal.legalGender', r.legal_gender,
            'personal.nationalitiesCountryCodes', r.nationalities_country_codes,
            'personal.phoneNumber', r.phone_number,
            'personal.title', r.title,
            'personal.insuranceNumber', json(json_object('value', r.insurance_number_value)),
            'personal.bankAccount', json(
                json_object(
                    'format', r.bank_account_format,
                    'bankName', r.bank_account_bank_name,
                    'accountIdentifier', r.bank_account_account_identifier,
                    'bankIdentifier', r.bank_account_bank_identifier
                )
            )
        ) AS members,
        e._extracted_at,
        e._run_id
    FROM employees e
    LEFT JOIN employee_personal_records r ON r.employee_id = e.id
),

of_users AS (
    SELECT
        u.id AS employee_id,
        json_object(
            'user.seniorityDate', u.seniority_date,
            'user.frenchCarTaxHorsePower', json(NULLIF(u.french_car_tax_horse_power, '""')),
            'user.frenchMotorcyclesTaxHorsePower', json(
                COALESCE(NULLIF(u.french_motorcycles_tax_horse_power, '""'), NULLIF(u.french_motocycles_tax_horse_power, '""'))
            ),
            'user.corporateCard', json(NULLIF(u.corporate_card, '""')),
            'user.personalCard', json(NULLIF(u.personal_card, '""')),
            'user.personalAccount', json(NULLIF(u.personal_account, '""')),
            'user.unitSellPrice', json(NULLIF(u.unit_sell_price, '""')),
            'user.allowsElectronicPayslip', json(NULLIF(u.allows_electronic_payslip, '""')),
            'user.employeeAccountingCode', json(NULLIF(u.employee_accounting_code, '""')),
            'user.navisionId', json(NULLIF(u.navision_id, '""')),
            'user.cegidGescomId', json(NULLIF(u.cegid_gescom_id, '""')),
            'user.bergerLevraultCareerNumber', json(NULLIF(u.berger_levrault_career_number, '""')),
            'user.directLine', NULLIF(u.direct_line, ''),
            'user.quote', NULLIF(u.quote, ''),
            'user.address', NULLIF(u.address, ''),
            'user.siteId', TRY_CAST(u.site AS BIGINT),
            'user.siteId', CASE WHEN TRY_CAST(u.site AS BIGINT) IS NULL THEN NULLIF(u.site, '') END,
            'user.cleemyApproverId', TRY_CAST(u.cleemy_approver AS BIGINT),
            'user.cleemyApproverId', CASE WHEN TRY_CAST(u.cleemy_approver AS BIGINT) IS NULL THEN NULLIF(u.cleemy_approver, '') END,
            'user.cultureId', TRY_CAST(u.culture AS BIGINT),
            'user.cultureId', CASE WHEN TRY_CAST(u.culture AS BIGINT) IS NULL THEN NULLIF(u.culture, '') END,
            'user.calendarId', TRY_CAST(u.calendar AS BIGINT),
            'user.calendarId', CASE WHEN TRY_CAST(u.calendar AS BIGINT) IS NULL THEN NULLIF(u.calendar, '') END,
            'user.manager2Id', TRY_CAST(u.manager2 AS BIGINT),
            'user.manager2Id', CASE WHEN TRY_CAST(u.manager2 AS BIGINT) IS NULL THEN NULLIF(u.manager2, '') END,
            'user.timesheetApproverId', TRY_CAST(u.timesheet_approver AS BIGINT),
            'user.timesheetApproverId', CASE WHEN TRY_CAST(u.timesheet_approver AS BIGINT) IS NULL THEN NULLIF(u.timesheet_approver, '') END,
            'user.remoteWorkProfileId', TRY_CAST(u.remote_work_profile AS BIGINT),
            'user.remoteWorkProfileId', CASE WHEN TRY_CAST(u.remote_work_profile AS BIGINT) IS NULL THEN NULLIF(u.remote_work_profile, '') END,
            'user.figgoProfile', CASE
                WHEN json_get(u.figgo, 'id') IS NOT NULL THEN json(json_object('profileId', json(json_get(u.figgo, 'id'))))
            END
        ) AS members,
        u._extracted_at,
        u._run_id
    FROM users u
),

of_employments AS (
    SELECT
        c.id AS employment_id,
        c.employee_id,
        c.start_date,
        c.end_date,
        t.id IS NOT NULL AND t.extended_ends_on IS NULL AS is_not_extended,
        json_object(
            'employment.start', json(json_object('date', c.start_date)),
            'employment.end', json(json_object('date', c.end_date)),
            'employment.legalEntity', CASE WHEN c.legal_entity_id IS NOT NULL THEN json(json_object('id', c.legal_entity_id, 'type', 'legal-entity')) END,
            'employment.template', CASE WHEN c.template_id IS NOT NULL THEN json(json_object('id', c.template_id, 'type', 'employment-template')) END,
            'employment.document', CASE WHEN c.document_id IS NOT NULL THEN json(json_object('id', c.document_id, 'type', 'file')) END,
            'employment.remoteId', c.remote_id,
            'probationaryPeriod.initialEndsOn', t.initial_ends_on,
            'probationaryPeriod.extendedEndsOn', t.extended_ends_on
        ) AS members,
        c._extracted_at,
        c._run_id
    FROM employments c
    LEFT JOIN probationary_periods t ON t.employment_id = c.id
    WHERE c.status = 'active'
),

of_positions AS (
    SELECT
        p.id AS job_position_id,
        p.employee_id,
        p.starts_on,
        p.ends_on,
        json_object(
            'jobPosition.department', CASE WHEN p.department_id IS NOT NULL THEN json(json_object('id', p.department_id, 'type', 'department')) END,
            'jobPosition.manager', CASE WHEN p.manager_id IS NOT NULL THEN json(json_object('id', p.manager_id, 'type', 'employee')) END,
            'jobPosition.businessEstablishment', CASE WHEN p.business_establishment_id IS NOT NULL THEN json(json_object('id', p.business_establishment_id, 'type', 'business-establishment')) END,
            'jobPosition.jobQualification', CASE WHEN p.job_qualification_id IS NOT NULL THEN json(json_object('id', p.job_qualification_id, 'type', 'job-qualification')) END,
            'jobPosition.occupationCategory', CASE WHEN p.occupation_category_id IS NOT NULL THEN json(json_object('id', p.occupation_category_id, 'type', 'occupation-category')) END,
            'jobPosition.jobTitle', p.job_title,
            'jobPosition.startsOn', p.starts_on,
            'jobPosition.endsOn', p.ends_on
        ) AS members,
        p._extracted_at,
        p._run_id
    FROM job_positions p
    WHERE p.status = 'active'
),

-- Axes and profiles of expenses have their number in the name.
named AS (
    SELECT u.employee_id, u.m['key'] AS key, u.m['value'] AS value, u._extracted_at, u._run_id
    FROM (
        SELECT id AS employee_id, UNNEST(json_entries(json_merge(_extra, application_data))) AS m, _extracted_at, _run_id
        FROM users
    ) u
),

numbered AS (
    SELECT
        employee_id,
        CASE WHEN LOWER(key) LIKE 'useraxisvalues\_%' THEN 'user.axisValues' ELSE 'user.cleemyProfile' END AS definition_id,
        SUBSTRING(key, 16) AS number,
        COALESCE(json_get(value, 'id'), value) AS id,
        _extracted_at,
        _run_id
    FROM named
    WHERE (LOWER(key) LIKE 'useraxisvalues\_%' OR LOWER(key) LIKE 'profile\_cleemy\_%') AND value <> 'null'
),

found AS (
    SELECT
        employee_id || '/' || m['key'] AS id,
        m['key'] AS definition_id,
        employee_id,
        CAST(NULL AS VARCHAR) AS employment_id,
        CAST(NULL AS VARCHAR) AS job_position_id,
        CAST(NULL AS DATE) AS applicability_start,
        CAST(NULL AS DATE) AS applicability_end,
        m['value'] AS value,
        _extracted_at,
        _run_id
    FROM (
        SELECT employee_id, UNNEST(json_entries(members)) AS m, _extracted_at, _run_id FROM of_people
        UNION ALL
        SELECT employee_id, UNNEST(json_entries(members)) AS m, _extracted_at, _run_id FROM of_users
    ) p
    UNION ALL
    SELECT
        employee_id || '/' || definition_id || '/' || number,
        definition_id,
        employee_id,
        NULL,
        NULL,
        NULL,
        NULL,
        CASE definition_id
            WHEN 'user.axisValues'
                THEN json_object(
                    'axisId', TRY_CAST(number AS BIGINT),
                    'axisId', CASE WHEN TRY_CAST(number AS BIGINT) IS NULL THEN number END,
                    'axisSectionId', json(id)
                )
            ELSE json_object(
                'appInstanceId', TRY_CAST(number AS BIGINT),
                'appInstanceId', CASE WHEN TRY_CAST(number AS BIGINT) IS NULL THEN number END,
                'profileId', json(id)
            )
        END,
        _extracted_at,
        _run_id
    FROM numbered
    UNION ALL
    SELECT
        employment_id || '/' || m['key'],
        m['key'],
        employee_id,
        employment_id,
        NULL,
        start_date,
        end_date,
        m['value'],
        _extracted_at,
        _run_id
    FROM (SELECT *, UNNEST(json_entries(members)) AS m FROM of_employments) c
    -- It is known that these have no end, and no extension.
    UNION ALL
    SELECT
        employment_id || '/employment.end', 'employment.end', employee_id, employment_id, NULL, start_date, end_date, 'null',
        _extracted_at, _run_id
    FROM of_employments
    WHERE end_date IS NULL
    UNION ALL
    SELECT
        employment_id || '/probationaryPeriod.extendedEndsOn', 'probationaryPeriod.extendedEndsOn', employee_id, employment_id,
        NULL, start_date, end_date, 'null', _extracted_at, _run_id
    FROM of_employments
    WHERE is_not_extended
    UNION ALL
    SELECT
        job_position_id || '/' || m['key'],
        m['key'],
        employee_id,
        NULL,
        job_position_id,
        starts_on,
        ends_on,
        m['value'],
        _extracted_at,
        _run_id
    FROM (SELECT *, UNNEST(json_entries(members)) AS m FROM of_positions) p
    UNION ALL
    SELECT
        job_position_id || '/jobPosition.endsOn', 'jobPosition.endsOn', employee_id, NULL, job_position_id, starts_on, ends_on,
        'null', _extracted_at, _run_id
    FROM of_positions
    WHERE ends_on IS NULL
    UNION ALL
    SELECT
        employee_id || '/' || field_id || '/' || value_id,
        field_id,
        employee_id,
        NULL,
        NULL,
        NULL,
        NULL,
        value,
        _extracted_at,
        _run_id
    FROM custom_values
),

-- People whose attributes are not wanted, where some statuses alone are.
unwanted AS (
    SELECT id AS employee_id
    FROM employees
    WHERE $attribute_people <> '' AND NOT COALESCE(array_has(string_to_array($attribute_people, ','), status), FALSE)
),

-- The typed readings of a value: see the columns of the table.
readings AS (
    SELECT
        f.*,
        SUBSTRING(value, 1, 1) AS beginning,
        CASE WHEN SUBSTRING(value, 1, 1) = '"' THEN json_text(value) END AS text,
        cardinality(json_entries(value)) AS members,
        json_get(value, 'id') AS reference_id,
        json_get(value, 'type') AS reference_type,
        json_get(value, 'url') AS reference_url
    FROM found f
    LEFT ANTI JOIN unwanted u ON u.employee_id = f.employee_id
    WHERE value IS NOT NULL
),

days AS (
    SELECT
        r.*,
        CASE WHEN members = 1 THEN json_text(json_get(value, 'date')) ELSE text END AS day,
        -- Other objects may have an id too.
        SUBSTRING(reference_id, 1, 1) = '"' AND members
        = 1 + CASE WHEN reference_type IS NULL THEN 0 ELSE 1 END + CASE WHEN reference_url IS NULL THEN 0 ELSE 1 END
            AS is_reference
    FROM readings r
)

SELECT
    id,
    NULL AS url,
    definition_id,
    employee_id,
    employment_id,
    job_position_id,
    applicability_start,
    applicability_end,
    value,
    text AS value_text,
    CASE WHEN beginning BETWEEN '0' AND '9' OR beginning = '-' THEN TRY_CAST(value AS DOUBLE) END AS value_number,
    CASE value WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END AS value_boolean,
    CASE
        WHEN regexp_like(day, '^[0-9]{4}-[0-9]{2}-[0-9]{2}(T00:00:00)?$') THEN TRY_CAST(SUBSTRING(day, 1, 10) AS DATE)
    END AS value_date,
    CASE WHEN is_reference THEN json_text(reference_id) END AS value_reference_id,
    CASE WHEN is_reference THEN json_text(reference_type) END AS value_reference_type,
    NULL AS created_at,
    NULL AS last_updated_at,
    NULL AS _extra,
    _extracted_at,
    _run_id
FROM days
ORDER BY id
