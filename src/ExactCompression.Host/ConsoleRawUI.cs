using System.Management.Automation.Host;

namespace ExactCompression.Host;

/// <summary>The screen's size and colours. Operations on a screen buffer are refused: output may also be a file.</summary>
internal sealed class ConsoleRawUI : PSHostRawUserInterface
{
    private const int DefaultWidth = 120;
    private const int DefaultHeight = 50;
    private readonly Stack<int> widths = new();

    public override ConsoleColor ForegroundColor { get; set; } = ConsoleColor.Gray;

    public override ConsoleColor BackgroundColor { get; set; } = ConsoleColor.Black;

    public override Coordinates CursorPosition { get; set; }

    public override Coordinates WindowPosition { get; set; }

    public override int CursorSize { get; set; } = 25;

    public override Size BufferSize
    {
        get => new(widths.TryPeek(out int width) ? width : ScreenWidth(), DefaultHeight);
        set => throw Refused();
    }

    public override Size WindowSize
    {
        get => BufferSize;
        set => throw Refused();
    }

    public override Size MaxWindowSize => BufferSize;

    public override Size MaxPhysicalWindowSize => BufferSize;

    public override bool KeyAvailable => false;

    public override string WindowTitle { get; set; } = "ExactCompression";

    /// <summary>Formats for another width, until <see cref="PopWidth"/>.</summary>
    public void PushWidth(int width) => widths.Push(width);

    /// <summary>Restores the previous width.</summary>
    public void PopWidth() => widths.Pop();

    public override void FlushInputBuffer()
    {
        // Nothing is read ahead.
    }

    public override KeyInfo ReadKey(ReadKeyOptions options) => throw Refused();

    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw Refused();

    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) =>
        throw Refused();

    public override void SetBufferContents(Rectangle rectangle, BufferCell fill) => throw Refused();

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw Refused();

    private static int ScreenWidth()
    {
        if (Console.IsOutputRedirected)
            return DefaultWidth;
        int width = Console.WindowWidth;
        return width > 0 ? width : DefaultWidth;
    }

    private static NotSupportedException Refused() => new("This host has no screen buffer.");
}
