"""Watch Bitcoin for me. Get the spot price in dollars from api.coinbase.com/v2/prices/BTC-USD/spot; if it's between 50000 and 60000 do nothing, otherwise push a notification through Pushcut titled "Bitcoin" with the price."""
answer = is_workflow_actions_downloadurl(WFURL="https://api.coinbase.com/v2/prices/BTC-USD/spot")
price = coerce(answer["data"]["amount"], "WFNumberContentItem")
if 50000 <= price <= 60000:
    pass
else:
    io_pushcut_Pushcut_SendNotificationIntent(notification="Bitcoin", title="Bitcoin", text=f"Now at {price} dollars")
