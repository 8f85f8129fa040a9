-- remuneration_items: with a legacy key: one row per amount that somebody is paid: a fixed one from starts_on to ends_on, such as a salary, or a
--   variable one of the month of period, such as a bonus; the two kinds number theirs apart. Deleted ones have is_deleted
-- label: Remuneration items | Éléments de rémunération
-- zone personal
-- without v4_fixed_natures, v4_variable_natures, v4_work_contracts, business_establishments, legal_entities: items say most of their nature and contract themselves
-- key kind, id
-- column id string! none: identifier of the item, unique in its kind
-- label id: ID | Identifiant
-- column kind string! none: fixed or variable
-- label kind: Fixed or variable | Fixe ou variable
-- column employee_id string none: employee who is paid
-- label employee_id: Employee ID | Identifiant du collaborateur
-- column employment_id string none: contract that it is paid for
-- label employment_id: Employment contract ID | Identifiant du contrat de travail
-- column amendment_id string none: amendment of the contract; null without one
-- label amendment_id: Contract amendment ID | Identifiant de l'avenant
-- column nature_id string sensitive: kind of remuneration: id of remuneration_natures, of the same kind
-- label nature_id: Remuneration nature ID | Identifiant de la nature de rémunération
-- column nature_name string sensitive: its name
-- label nature_name: Remuneration nature | Nature de rémunération
-- column unit string sensitive: amount, which is money, or number, of something
-- label unit: Unit | Unité
-- column amount double sensitive: how much, in the unit; money is in the currency of currency_code
-- label amount: Amount | Montant
-- column currency_code string sensitive: ISO 4217 code of the currency of the contract's establishment, as the nature has it; else of
--   all that have the nature; else, where the nature has none, of the country of the establishment's legal entity; null where
--   none of these is known, and for a number of something
-- label currency_code: Currency | Devise
-- column starts_on date sensitive: of a fixed item: first day, included
-- label starts_on: Start date | Date de début
-- column ends_on date sensitive: of a fixed item: last day, included; null when open-ended
-- label ends_on: End date | Date de fin
-- column period date sensitive: of a variable item: first day of its month
-- label period: Month of pay | Mois de paie
-- column comment string sensitive: note, as typed
-- label comment: Comment | Commentaire
-- column is_deleted boolean! sensitive: whether the item was deleted
-- label is_deleted: Deleted | Supprimé
WITH natures AS (
    SELECT 'fixed' AS kind, id, name, 'amount' AS unit, establishments FROM v4_fixed_natures
    UNION ALL
    SELECT 'variable' AS kind, id, name, lower(type) AS unit, establishments FROM v4_variable_natures
),

described AS (
    SELECT
        i.*,
        COALESCE(n.name, json_text(json_get(i.nature, 'name'))) AS nature_name,
        CASE i.kind WHEN 'fixed' THEN 'amount' ELSE COALESCE(n.unit, lower(json_text(json_get(i.nature, 'type')))) END AS unit,
        COALESCE(n.establishments, json_get(i.nature, 'establishments')) AS establishments,
        COALESCE(i.employee_id, c.owner_id) AS owner_id,
        c.establishment_id,
        l.currency_code AS country_currency
    FROM paid_items i
    LEFT JOIN natures n ON n.kind = i.kind AND n.id = i.nature_id
    LEFT JOIN v4_work_contracts c ON c.id = i.work_contract_id
    LEFT JOIN business_establishments b ON b.id = c.establishment_id
    LEFT JOIN legal_entities l ON l.id = b.legal_entity_id
),

places AS (
    SELECT kind, id, establishment_id, unnest(json_items(establishments)) AS place
    FROM described
),

currencies AS (
    SELECT
        kind,
        id,
        MAX(
            CASE
                WHEN json_text(json_get(place, 'id')) = establishment_id THEN json_text(json_get(place, 'currencyCode'))
            END
        ) AS own,
        MIN(json_text(json_get(place, 'currencyCode'))) AS least,
        MAX(json_text(json_get(place, 'currencyCode'))) AS greatest
    FROM places
    GROUP BY kind, id
)

SELECT
    d.id,
    d.kind,
    d.owner_id AS employee_id,
    d.work_contract_id AS employment_id,
    NULLIF(d.amendment_id, '0') AS amendment_id,
    d.nature_id,
    d.nature_name,
    d.unit,
    d.amount,
    CASE
        WHEN d.unit = 'amount'
            THEN COALESCE(
                c.own,
                CASE WHEN c.least = c.greatest THEN c.least END,
                CASE WHEN c.least IS NULL THEN d.country_currency END
            )
    END AS currency_code,
    d.starts_on,
    d.ends_on,
    d.period,
    d.comment,
    d.is_deleted,
    d._extra,
    d._extracted_at,
    d._run_id
FROM described d
LEFT JOIN currencies c ON c.kind = d.kind AND c.id = d.id
