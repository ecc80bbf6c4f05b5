"""What does the leaflet say? Photograph the name on a pill box or let me correct it, search the FDA labels at api.fda.gov/drug/label.json?search=openfda.brand_name:NAME&limit=1, and show the warnings section of the first result."""
photo = is_workflow_actions_takephoto()
printed = is_workflow_actions_extracttextfromimage(WFImage=photo)
name = ask("Is this the name?", default=printed)
encoded_name = is_workflow_actions_urlencode(WFInput=name)
answer = is_workflow_actions_downloadurl(WFURL=f"https://api.fda.gov/drug/label.json?search=openfda.brand_name:{encoded_name}&limit=1")
label = is_workflow_actions_getitemfromlist(WFInput=answer["results"])
warnings = label["warnings"]
if warnings:
    is_workflow_actions_showresult(Text=f"{name}\n{warnings}")
else:
    is_workflow_actions_showresult(Text=f"No warnings found for {name}.")
