"""The estate that the other tests of this room stand on."""

from shared.contracts.directory import OrganisationKind, Role
from tests.permissions.estate import Estate, code_of


async def test_a_report_of_one_area_reaches_every_service_and_not_the_other_area(
    estate: Estate,
) -> None:
    reference = await estate.report(area=1)
    for area, status in ((1, 200), (2, 404)):
        provider = code_of(OrganisationKind.ACUTE, area)
        responder = await estate.sign_in("actions", Role.RESPONDER, provider)
        assert (await responder.get(f"/cases/{reference}")).status_code == status
