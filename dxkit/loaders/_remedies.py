"""What can be done about a file that is damaged? The same words for every reader."""

GET_AGAIN = "元のファイルをもう一度入手してください"
GET_FROM_SOURCE = "配布元から入手し直してください"
SAVE_AS_UTF8 = "メモ帳で開いて「名前を付けて保存」→ 文字コード「UTF-8」で保存し直してください"
SAVE_AS_WORKBOOK = (
    "Excelで開き、「名前を付けて保存」→「Excel ブック（.xlsx）」で保存し直してください"
)
UNDO_GARBLING = "文字化けする前の元のファイルから保存し直してください"
