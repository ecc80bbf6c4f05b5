"""Keep my kids' drawings: photograph two of them, set them side by side, ask who made them, write the name and date at the bottom of the picture and put it in the album Gallery."""
photos = is_workflow_actions_takephoto(WFPhotoCount=2)
photo = is_workflow_actions_image_combine(WFInput=photos)
artist = input("Who drew them?")
today = is_workflow_actions_format_date(WFDate=current_date(), WFDateFormatStyle="Medium", WFTimeFormatStyle="None")
signed = is_workflow_actions_overlaytext(WFText=f"{artist}, {today}", WFImage=photo, WFTextPosition="Bottom Center")
is_workflow_actions_savetocameraroll(WFInput=signed, WFCameraRollSelectedGroup="Gallery")
