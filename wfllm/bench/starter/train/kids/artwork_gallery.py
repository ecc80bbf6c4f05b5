"""Keep my kids' drawings: photograph one, ask who made it, write the name and date at the bottom of the picture and put it in the album Gallery."""
photo = is_workflow_actions_takephoto()
artist = input("Who drew it?")
today = is_workflow_actions_format_date(WFDate=current_date(), WFDateFormatStyle="Medium", WFTimeFormatStyle="None")
signed = is_workflow_actions_overlaytext(WFText=f"{artist}, {today}", WFImage=photo, WFTextPosition="Bottom Center")
is_workflow_actions_savetocameraroll(WFInput=signed, WFCameraRollSelectedGroup="Gallery")
