"""Which colours dominate a photo? Let me pick one, find its six dominant colours without white, make a 400 by 400 swatch for each, join them in a row and preview it."""
photo = is_workflow_actions_selectphoto()
colors = com_sindresorhus_Actions_GetDominantColorsOfImage(image=photo, count=6, excludeWhite=True)
Repeat_Results = []
for Repeat_Index, Repeat_Item in enumerate(colors, start=1):
    swatch = com_sindresorhus_Actions_CreateColorImageIntent(color=Repeat_Item, width=400, height=400)
    Repeat_Results.append(swatch)
strip = is_workflow_actions_image_combine(WFInput=Repeat_Results)
is_workflow_actions_previewdocument(WFInput=strip)
