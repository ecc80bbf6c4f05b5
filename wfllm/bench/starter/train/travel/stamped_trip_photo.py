"""For my travel diary: take a photo, write the town and today's date into the bottom right corner, shrink it to 1600 on the longest edge and save it to the album "Diary"."""
photo = is_workflow_actions_takephoto()
place = is_workflow_actions_getcurrentlocation()
day = is_workflow_actions_format_date(WFDate=current_date(), WFDateFormatStyle="Medium", WFTimeFormatStyle="None")
stamped = is_workflow_actions_overlaytext(WFImage=photo, WFText=f"{get_property(place, 'City')}, {day}", WFTextPosition="Bottom Right")
small = is_workflow_actions_image_resize(WFImage=stamped, WFImageResizeKey="Longest Edge", WFImageResizeLength=1600)
is_workflow_actions_savetocameraroll(WFInput=small, WFCameraRollSelectedGroup="Diary")
