"""Decode a JWT I paste in: show me the algorithm from the header, all the claims from the payload, and turn the exp claim into a readable expiry date. Don't bother checking the signature."""
token = input("Token")
parts = is_workflow_actions_text_split(text=token, WFTextSeparator="Custom", WFTextCustomSeparator=".")
header_part = is_workflow_actions_getitemfromlist(WFInput=parts)
payload_part = is_workflow_actions_getitemfromlist(WFInput=parts, WFItemSpecifier="Item At Index", WFItemIndex=2)
header = is_workflow_actions_base64encode(WFInput=header_part, WFEncodeMode="Decode")
payload = is_workflow_actions_base64encode(WFInput=payload_part, WFEncodeMode="Decode")
header_fields = is_workflow_actions_detect_dictionary(WFInput=header)
claims = is_workflow_actions_detect_dictionary(WFInput=payload)
expiry = claims["exp"]
Expires = "never"
if expiry:
    expiry_date = com_sindresorhus_Actions_UnixTimeToDateIntent(unixTime=expiry)
    Expires = is_workflow_actions_format_date(WFDate=expiry_date, WFDateFormatStyle="Long")
is_workflow_actions_showresult(Text=f"Algorithm: {header_fields['alg']}\nExpires: {Expires}\n{claims}")
