"""How far is it on foot? Ask me for an address and get the walking distance in kilometres. Under 2, beam the map link to my tablet over AirDrop; otherwise show me a small map picture of the place."""
address = input("Where to?")
distance = is_workflow_actions_getdistance(WFGetDistanceDestination=address, WFGetDirectionsActionMode="Walking", WFDistanceUnit="Kilometers")
if distance < 2:
    link = is_workflow_actions_getmapslink(WFInput=address)
    is_workflow_actions_airdropdocument(WFInput=link)
else:
    picture = ke_bou_GizmoPack_SnapshotMapIntent(location=address)
    is_workflow_actions_previewdocument(WFInput=picture)
