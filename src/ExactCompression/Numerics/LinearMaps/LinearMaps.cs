namespace ExactCompression.Numerics;

/// <summary>What maps of several kinds share.</summary>
internal static class LinearMaps
{
    /// <summary>Packs any map entry by entry.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="map">The map.</param>
    public static ILinearKernel<T> PackEntries<T>(ILinearMap map)
        where T : unmanaged =>
        typeof(T) == typeof(double)
            ? (ILinearKernel<T>)(object)new SparseKernel<double>(map)
            : (ILinearKernel<T>)(object)new SparseKernel<float>(map);
}
