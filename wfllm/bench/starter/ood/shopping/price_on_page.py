"""Read the price off a shop page I share, from the element with the class price; without one, let me pick from everything on the page marked span. Keep address and price in Prices.txt together with an MD5 fingerprint of the page, so that I see when it changes."""
page = is_workflow_actions_downloadurl(WFURL=shortcut_input())
price = ke_bou_GizmoPack_QueryDocumentIntent(file=page, cssQuery=".price", oneResult=True)
if price:
    If_Result = price
else:
    spans = ke_bou_GizmoPack_QueryDocumentIntent(file=page, cssQuery="span")
    picked = ke_bou_GizmoPack_FuzzyFinderIntent(items=spans)
    If_Result = picked
fingerprint = is_workflow_actions_hash(WFInput=page)
is_workflow_actions_file_append(WFFilePath="Prices.txt", WFInput=f"{shortcut_input()} {If_Result} {fingerprint}")
